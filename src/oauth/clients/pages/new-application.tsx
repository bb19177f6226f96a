import { typedLine } from "../../../core/typed-text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { Field, Form, SelectField } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import type { RenderPageDeps } from "../../../ui/render-page.tsx";
import { TextArea } from "../../../ui/text-area.tsx";
import type { PartialMetadata } from "../client-metadata.ts";
import { type CreateClientDeps, createClient } from "../create-client.ts";
import { ResourceFields } from "./application-fields.tsx";
import { APPLICATION_KINDS, applicationFailure, listIn, resourcesIn } from "./application-form.ts";
import { applicationUrl, backToApplications } from "./applications.tsx";
import {
  ConfirmChange,
  type ConfirmChangeDeps,
  confirmBeforeChange,
  type RequiredConfirmation,
  requiredConfirmation,
} from "./confirm-change.tsx";
import { showSecret } from "./secret-page.tsx";

type Deps = CreateClientDeps & ConfirmChangeDeps & RenderPageDeps;
type Known = CreateClientDeps["settings"]["resources"];
type Data = { readonly known: Known; readonly confirmation: RequiredConfirmation };

/** The form that registers an OAuth client. */
export const newApplicationPage = (depsOf: DepsOf<Deps>): Page<Data, Known> => ({
  path: "/admin/applications/new",
  access: "clients:manage",
  title: (t) => t.applications.new,
  back: backToApplications,
  load: (c) => depsOf(c).settings.resources,
  loadData: async (c, known) => ({ known, confirmation: await requiredConfirmation(c, depsOf(c)) }),
  view: (p, { known, confirmation }) =>
    confirmation === null ? (
      <NewApplication p={p} known={known} />
    ) : (
      <ConfirmChange p={p} {...confirmation} />
    ),
  submit: async (c, form, known) => {
    const deps = depsOf(c);
    const confirmed = await confirmBeforeChange(c, deps, form);
    if (confirmed) return confirmed;
    const { actor, caller } = c.var;
    const input = { actor, caller, metadata: readMetadata(form, known), source: "admin" } as const;
    const result = await createClient(deps, input);
    if (!result.ok) return applicationFailure(c, result.error);
    const { client, secret } = result.value;
    if (secret === null) return c.redirect(applicationUrl(client.id), 303);
    return showSecret(c, deps, { clientId: client.id, secret, title: (t) => t.applications.created });
  },
});

const NewApplication = ({ p, known }: { readonly p: PageProps; readonly known: Known }) => (
  <section class="card">
    <Form p={p}>
      <Field p={p} name="clientName" autocomplete="off" maxlength={100} first />
      <SelectField
        p={p}
        name="clientKind"
        options={APPLICATION_KINDS.map((kind) => [kind, p.t.applications.kinds[kind]] as const)}
      />
      <TextArea p={p} name="redirectUris" value="" hint={p.t.applications.uriHint} />
      <ResourceFields p={p} known={known} chosen={[]} />
      <TextArea
        p={p}
        name="scopes"
        value="openid profile email"
        rows={2}
        hint={p.t.applications.scopesHint}
      />
      <button type="submit" class="main">
        {p.t.applications.create}
      </button>
    </Form>
  </section>
);

function readMetadata(form: Posted, known: Known): PartialMetadata {
  const kind = APPLICATION_KINDS.find((one) => one === form.text("clientKind")) ?? "web";
  const scopes = listIn(form.text("scopes"));
  const common = { name: typedLine(form.text("clientName")), resources: resourcesIn(form, known) };
  // The scopes of OpenID Connect are about a user.
  const ofResources = scopes.filter((scope) =>
    known.some((resource) => Object.hasOwn(resource.scopes, scope)),
  );
  if (kind === "machine") return { ...common, grantTypes: ["client_credentials"], scopes: ofResources };
  return {
    ...common,
    type: kind === "spa" ? "public" : "confidential",
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: listIn(form.text("redirectUris")),
    scopes,
  };
}
