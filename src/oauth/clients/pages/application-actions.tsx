import { Form, SelectField } from "../../../ui/form-fields.tsx";
import type { FormFailure, PageContext, PageProps } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import type { Client } from "../client.ts";
import type { ClientOverview } from "../client-overview.ts";
import { type DeleteClientDeps, deleteClient } from "../delete-client.ts";
import { type DeleteClientSecretDeps, deleteClientSecret } from "../delete-client-secret.ts";
import { type RotateClientSecretDeps, rotateClientSecret } from "../rotate-client-secret.ts";
import { mayHaveSecrets } from "../rules.ts";
import { type UpdateClientDeps, updateClient } from "../update-client.ts";
import { applicationFailure, readApplicationForm } from "./application-form.ts";
import { showSecret } from "./secret-page.tsx";

export type ApplicationActionsDeps = UpdateClientDeps &
  RotateClientSecretDeps &
  DeleteClientSecretDeps &
  DeleteClientDeps;

type Props = { readonly p: PageProps; readonly overview: ClientOverview };

/** The secrets of a client with their forms, and the form that deletes the client. */
export const ApplicationActions = ({ p, overview }: Props) => (
  <>
    {mayHaveSecrets(overview.client) && <Secrets p={p} overview={overview} />}
    <section class="card">
      <h2>{p.t.applications.delete}</h2>
      <p class="faint">{p.t.applications.deleteLead}</p>
      <Form p={p} act="delete" confirm={p.t.applications.deleteQuestion}>
        <label class="check">
          <input type="checkbox" name="sure" value="yes" required />
          {p.t.applications.sure}
        </label>
        <button type="submit" class="bad">
          {p.t.applications.delete}
        </button>
      </Form>
    </section>
  </>
);

/** Seconds for which the previous secret may stay valid. */
const OVERLAPS = ["0", "3600", "86400", "604800", "2592000"] as const;

const Secrets = ({ p, overview: { secrets } }: Props) => (
  <section class="card">
    <h2>{p.t.applications.secrets}</h2>
    {secrets.length === 0 && <p class="faint">{p.t.applications.noSecrets}</p>}
    <ul class="list inset">
      {secrets.map(({ id, createdAt, expiresAt }) => (
        <li>
          <p class="grow">
            {p.t.applications.secretSince} <LocalTime p={p} at={createdAt} />
            {expiresAt !== null && (
              <>
                , {p.t.applications.secretUntil} <LocalTime p={p} at={expiresAt} />
              </>
            )}
          </p>
          <Form p={p} act="deleteSecret" confirm={p.t.applications.deleteSecretQuestion}>
            <input type="hidden" name="secretId" value={id} />
            <button type="submit" class="bad">
              {p.t.applications.deleteSecret}
            </button>
          </Form>
        </li>
      ))}
    </ul>
    <Form p={p} act="rotate">
      <SelectField
        p={p}
        name="overlap"
        value="86400"
        options={OVERLAPS.map((seconds) => [seconds, p.t.applications.overlaps[seconds]] as const)}
      />
      <button type="submit">{p.t.applications.rotate}</button>
    </Form>
  </section>
);

/** Runs the submitted action by the API's use cases. */
export async function runApplicationAction(
  c: PageContext,
  deps: ApplicationActionsDeps & RenderPageDeps,
  form: Posted,
  client: Client,
): Promise<Response | FormFailure> {
  const input = { actor: c.var.actor, caller: c.var.caller, clientId: client.id };
  const done = (notice: "saved" | "secretDeleted") => redirectWithFlash(c, c.req.path, notice);
  switch (form.text("act")) {
    case "save": {
      const changes = readApplicationForm(form, client, deps.settings.resources);
      const result = await updateClient(deps, { ...input, changes });
      return result.ok ? done("saved") : applicationFailure(c, result.error);
    }
    case "rotate": {
      const overlapSeconds = Number(OVERLAPS.find((one) => one === form.text("overlap")) ?? 0);
      const result = await rotateClientSecret(deps, { ...input, overlapSeconds });
      if (!result.ok) return applicationFailure(c, result.error);
      const { secret } = result.value;
      return showSecret(c, deps, { clientId: client.id, secret, title: (t) => t.applications.secretTitle });
    }
    case "deleteSecret": {
      const result = await deleteClientSecret(deps, { ...input, secretId: form.text("secretId") });
      return result.ok ? done("secretDeleted") : applicationFailure(c, result.error);
    }
    case "delete": {
      if (form.text("sure") !== "yes") return unknownAction(c);
      const result = await deleteClient(deps, input);
      return result.ok
        ? redirectWithFlash(c, "/admin/applications", "applicationDeleted")
        : applicationFailure(c, result.error);
    }
    default:
      return unknownAction(c);
  }
}

const unknownAction = (c: PageContext): FormFailure => ({
  code: "validation_failed",
  alert: wordsOf(c).failures.validation_failed,
});
