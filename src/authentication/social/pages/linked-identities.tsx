import { passwordField } from "../../../accounts/fields.ts";
import { type ReadSignInMethodsDeps, readSignInMethods } from "../../../accounts/read-sign-in-methods.ts";
import { SECOND } from "../../../core/clock.ts";
import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { oauthTransactionCookie, setOAuthTransactionCookie } from "../../../http/session-cookies.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Form, PasswordField } from "../../../ui/form-fields.tsx";
import { interstitialRedirect } from "../../../ui/interstitial-redirect.tsx";
import type { FormFailure, Page, PageContext, PageProps } from "../../../ui/page.ts";
import { readFields } from "../../../ui/read-fields.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { TimeAgo } from "../../../ui/relative-time.tsx";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import {
  type ReauthenticateByFormDeps,
  reauthenticateByForm,
} from "../../reauthentication/pages/reauthenticate-by-form.ts";
import { reauthenticationError } from "../../reauthentication/pages/reauthentication-error.ts";
import { requireConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { isRecentlyAuthenticated } from "../../reauthentication/rules.ts";
import { socialErrors } from "../errors.ts";
import { type ListIdentitiesDeps, listIdentities } from "../list-identities.ts";
import { OAUTH_TRANSACTION_TTL_MS } from "../oauth-transaction.ts";
import { type RemoveIdentityDeps, removeIdentity } from "../remove-identity.ts";
import { type StartLinkDeps, startLink } from "../start-link.ts";
import { ProviderLogo } from "./provider-logo.tsx";

const PATH = "/account/linked";

type Deps = ListIdentitiesDeps &
  RemoveIdentityDeps &
  ReadSignInMethodsDeps &
  ReauthenticateByFormDeps &
  StartLinkDeps &
  RenderPageDeps;

type Linked = Awaited<ReturnType<typeof listIdentities>>[number];
type Data = {
  readonly linked: readonly Linked[];
  /** Configured providers that are not linked yet. */
  readonly others: readonly { readonly id: string; readonly name: string }[];
  /** Whether linking requires the password. */
  readonly hasPassword: boolean;
  /** Whether removing requires the password, since the user has not signed in recently. */
  readonly confirmsRemoval: boolean;
};

/** The linked identities: links and removes them, except the last sign-in method. */
export const linkedIdentitiesPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: PATH,
  access: "signed_in",
  title: (t) => t.linked.title,
  back: backToAccount,
  load: async (c) => {
    const deps = depsOf(c);
    const confirmation = await requireConfirmation(c, deps);
    if (confirmation) return confirmation;
    const input = { accountId: c.var.session.account.id };
    const [linked, { hasPassword }] = await Promise.all([
      listIdentities(deps, input),
      readSignInMethods(deps, input),
    ]);
    const all = Array.from(deps.socialProviders, ([id, { name }]) => ({ id, name }));
    const others = all.filter(({ id }) => !linked.some(({ provider }) => provider === id));
    const isRecent = isRecentlyAuthenticated(c.var.session, deps.clock.now());
    return { linked, others, hasPassword, confirmsRemoval: hasPassword && !isRecent };
  },
  view: (p, data) => (
    <>
      <p class="lead">{p.t.linked.lead}</p>
      {data.linked.length > 0 && (
        <ul class="card list">
          {data.linked.map((identity) => (
            <Row p={p} identity={identity} confirms={data.confirmsRemoval} />
          ))}
        </ul>
      )}
      {(data.others.length > 0 || (data.confirmsRemoval && data.linked.length > 0)) && (
        <Others p={p} {...data} />
      )}
    </>
  ),
  submit: async (c, form, data) => {
    const deps = depsOf(c);
    const removed = form.text("act") === "remove" ? form.text("provider") : form.text("remove");
    if (removed === "") return link(c, deps, form, data);
    const reauthenticated = await reauthenticateByForm(c, deps, form);
    if (!("session" in reauthenticated)) return reauthenticated;
    const input = { ...reauthenticated, provider: removed };
    const result = await removeIdentity(deps, { ...input, caller: c.var.caller });
    // An identity that is already removed is the requested result.
    return result.ok || result.error.reason === "not_linked"
      ? redirectWithFlash(c, PATH, "saved")
      : formFailure(c, socialErrors[result.error.reason]);
  },
});

type RowProps = { readonly p: PageProps; readonly identity: Linked; readonly confirms: boolean };

/** `confirms`: the button belongs to the form with the password field. */
const Row = ({ p, identity, confirms }: RowProps) => (
  <li>
    <ProviderLogo id={identity.provider} />
    <p class="grow">
      <strong>{identity.name}</strong>
      <br />
      <span class="faint">
        {identity.email && `${identity.email} · `}
        {p.t.sessions.lastUsed} <TimeAgo p={p} at={identity.lastUsedAt} />
      </span>
    </p>
    {confirms ? (
      <button
        type="submit"
        form="confirm"
        name="remove"
        value={identity.provider}
        aria-label={`${p.t.linked.remove}: ${identity.name}`}
      >
        {p.t.linked.remove}
      </button>
    ) : (
      <Form p={p} act="remove" confirm={fill(p.t.linked.confirm, { provider: identity.name })}>
        <input type="hidden" name="provider" value={identity.provider} />
        <button type="submit" aria-label={`${p.t.linked.remove}: ${identity.name}`}>
          {p.t.linked.remove}
        </button>
      </Form>
    )}
  </li>
);

type OthersProps = Pick<Data, "others" | "hasPassword" | "confirmsRemoval"> & { readonly p: PageProps };

/** One form with the password field, if there is a password, and a button for each provider. */
const Others = ({ p, others, hasPassword, confirmsRemoval }: OthersProps) => (
  <section class="card">
    <Form p={p} act="link" id="confirm">
      {hasPassword && (
        <>
          <p class="lead">{confirmsRemoval ? p.t.linked.confirmBoth : p.t.linked.again}</p>
          <PasswordField p={p} name="password" />
        </>
      )}
      {others.map(({ id, name }) => (
        <button type="submit" name="provider" value={id}>
          <ProviderLogo id={id} />
          {fill(p.t.linked.link, { provider: name })}
        </button>
      ))}
    </Form>
  </section>
);

async function link(c: PageContext, deps: Deps, form: Posted, data: Data): Promise<Response | FormFailure> {
  const provider = form.text("provider");
  // An empty password is a validation error, not a failed attempt.
  const read = readFields(wordsOf(c), form, data.hasPassword ? { password: passwordField } : {});
  if ("refusal" in read) return read.refusal;
  const result = await startLink(deps, {
    provider,
    page: PATH,
    session: c.var.session,
    password: data.hasPassword ? form.text("password") : undefined,
    binding: oauthTransactionCookie(c),
  });
  if (!result.ok) {
    const { error } = result;
    if (error.reason === "wrong_password" || error.reason === "reauthentication_required") {
      return reauthenticationError(c, deps, error);
    }
    return formFailure(c, socialErrors[error.reason], error);
  }
  const { url, binding } = result.value;
  setOAuthTransactionCookie(c, binding, OAUTH_TRANSACTION_TTL_MS / SECOND);
  const name = data.others.find(({ id }) => id === provider)?.name ?? provider;
  return interstitialRedirect(c, deps, { url, name, from: PATH });
}
