import type { DepsOf } from "../../http/context.ts";
import { fill } from "../../kernel/text.ts";
import { socialFailures } from "../../social/failures.ts";
import { type ListIdentitiesDeps, listIdentities } from "../../social/list-identities.ts";
import { type RemoveIdentityDeps, removeIdentity } from "../../social/remove-identity.ts";
import { Form } from "../fields.tsx";
import { go } from "../go.ts";
import { Ago } from "../moments.tsx";
import type { Page } from "../page.ts";
import { refusalOf } from "../refuse.ts";
import { backToAccount } from "./rows.tsx";

const PATH = "/account/linked";

type Linked = Awaited<ReturnType<typeof listIdentities>>[number];
type Data = {
  readonly linked: readonly Linked[];
  /** Providers that are on, and not linked yet. */
  readonly others: readonly { readonly id: string; readonly name: string }[];
};

/** The providers that sign the person in; what they do not use any more goes, but for the last way in. */
export const linkedPage = (depsOf: DepsOf<ListIdentitiesDeps & RemoveIdentityDeps>): Page<Data> => ({
  path: PATH,
  access: "signed_in",
  title: (t) => t.linked.title,
  back: backToAccount,
  load: async (c) => {
    const deps = depsOf(c);
    const linked = await listIdentities(deps, { accountId: c.var.session.account.id });
    const all = Array.from(deps.socialProviders, ([id, { name }]) => ({ id, name }));
    return { linked, others: all.filter(({ id }) => !linked.some(({ provider }) => provider === id)) };
  },
  view: (p, { linked, others }) => (
    <>
      <p class="lead">{p.t.linked.lead}</p>
      {linked.length > 0 && (
        <ul class="card list">
          {linked.map((one) => (
            <li>
              <p>
                <strong>{one.name}</strong>
                <br />
                <span class="faint">
                  {one.email && `${one.email} · `}
                  {p.t.sessions.lastUsed} <Ago p={p} at={one.lastUsedAt} />
                </span>
              </p>
              <Form p={p} act="remove" confirm={fill(p.t.linked.confirm, { provider: one.name })}>
                <input type="hidden" name="provider" value={one.provider} />
                <button type="submit" aria-label={`${p.t.linked.remove}: ${one.name}`}>
                  {p.t.linked.remove}
                </button>
              </Form>
            </li>
          ))}
        </ul>
      )}
      {others.map(({ id, name }) => (
        <a
          class="button"
          href={`/api/auth/social/${id}/start?returnTo=${encodeURIComponent(PATH)}&link=true`}
        >
          {fill(p.t.linked.link, { provider: name })}
        </a>
      ))}
    </>
  ),
  submit: async (c, form) => {
    const { account, sessionId } = c.var.session;
    const input = { accountId: account.id, sessionId, provider: form.text("provider") };
    const result = await removeIdentity(depsOf(c), { ...input, caller: c.var.caller });
    // What is not linked any more is what was asked for.
    return result.ok || result.error.reason === "not_linked"
      ? go(c, PATH, "saved")
      : refusalOf(c, socialFailures[result.error.reason]);
  },
});
