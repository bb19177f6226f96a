import {
  needsPassword,
  type ReauthenticateByFormDeps,
  reauthenticateByForm,
} from "../../authentication/reauthentication/pages/reauthenticate-by-form.ts";
import { requireConfirmation } from "../../authentication/reauthentication/pages/require-confirmation.ts";
import type { DepsOf } from "../../http/context.ts";
import type { Resource } from "../../sessions/resource.ts";
import { formFailure } from "../../ui/form-error.ts";
import type { FormFailure, Page, PageContext } from "../../ui/page.ts";
import { invalid, readFields } from "../../ui/read-fields.ts";
import type { Form as Posted } from "../../ui/read-form.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { type RenderPageDeps, wordsOf } from "../../ui/render-page.tsx";
import { backToAccount } from "../../ui/settings-rows.tsx";
import type { Words } from "../../ui/ui-texts.ts";
import type { ApiKey } from "../api-key.ts";
import { type CreateApiKeyDeps, type CreateApiKeyFailure, createApiKey } from "../create-api-key.ts";
import { apiKeyErrors } from "../errors.ts";
import { keyNameField } from "../fields.ts";
import { type ListApiKeysDeps, listApiKeys } from "../list-api-keys.ts";
import { type RevokeApiKeyDeps, revokeApiKey } from "../revoke-api-key.ts";
import { resourceNamed } from "../rules.ts";
import { checkedScopes, KeyForm, lifetimeOf, ResourceChoice } from "./key-form.tsx";
import { KeyList } from "./key-list.tsx";
import { showNewKey } from "./new-key.tsx";

const PATH = "/account/keys";

type Deps = ListApiKeysDeps & CreateApiKeyDeps & RevokeApiKeyDeps & ReauthenticateByFormDeps & RenderPageDeps;

type Data = {
  readonly keys: readonly ApiKey[];
  readonly resources: readonly Resource[];
  /** The resource of the form. */
  readonly chosen: Resource | undefined;
  /** Whether a new key requires the password, since the user has not signed in recently. */
  readonly confirms: boolean;
};

/** Lists the user's API keys, creates one and revokes them. */
export const apiKeysPage = (depsOf: DepsOf<Deps>): Page<Data, null> => ({
  path: PATH,
  access: "signed_in",
  title: (t) => t.keys.title,
  back: backToAccount,
  // A leaked key can be revoked without a confirmation.
  load: (c, posted) => (posted?.text("act") === "revoke" ? null : requireConfirmation(c, depsOf(c))),
  loadData: async (c) => {
    const deps = depsOf(c);
    const { resources } = deps.settings;
    const [keys, confirms] = await Promise.all([
      listApiKeys(deps, { accountId: c.var.session.account.id }),
      needsPassword(c, deps),
    ]);
    const chosen = resourceNamed(resources, c.req.query("resource") ?? "") ?? resources[0];
    return { keys, resources, chosen, confirms };
  },
  view: (p, { keys, resources, chosen, confirms }) => (
    <>
      <p class="lead">{p.t.keys.lead}</p>
      <KeyList p={p} keys={keys} resources={resources} />
      <section class="card">
        <h2>{p.t.keys.new}</h2>
        {chosen ? (
          <>
            <ResourceChoice p={p} path={PATH} resources={resources} chosen={chosen} />
            <KeyForm p={p} resource={chosen} confirms={confirms} />
          </>
        ) : (
          <p class="faint">{p.t.keys.noResources}</p>
        )}
      </section>
    </>
  ),
  submit: async (c, form) => {
    const deps = depsOf(c);
    if (form.text("act") !== "revoke") return create(c, deps, form);
    const accountId = c.var.session.account.id;
    await revokeApiKey(deps, { id: form.text("id"), accountId, caller: c.var.caller });
    // The same page for a key that had been revoked already.
    return redirectWithFlash(c, PATH, "keyRevoked");
  },
});

async function create(c: PageContext, deps: Deps, form: Posted): Promise<Response | FormFailure> {
  const t = wordsOf(c);
  const read = readFields(t, form, { keyName: keyNameField });
  if ("refusal" in read) return read.refusal;
  const reauthenticated = await reauthenticateByForm(c, deps, form);
  if (!("session" in reauthenticated)) return reauthenticated;
  const result = await createApiKey(deps, {
    ...reauthenticated,
    name: read.values.keyName,
    resource: form.text("resource"),
    scopes: checkedScopes(form),
    lifetimeDays: lifetimeOf(form),
    caller: c.var.caller,
  });
  // The answer of the form itself shows the key: a cookie or a URL would store it.
  return result.ok ? showNewKey(c, deps, { created: result.value, from: PATH }) : failure(c, t, result.error);
}

function failure(c: PageContext, t: Words, { reason }: CreateApiKeyFailure): FormFailure {
  if (reason === "name_taken") return invalid({ keyName: t.problems.keyNameTaken });
  if (reason === "no_scope") return invalid({ scopes: t.keys.noScopes });
  return formFailure(c, apiKeyErrors[reason]);
}
