import type { Caller } from "../../core/caller.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type IssueCodeForIdentityDeps, issueCodeForIdentity } from "../../oauth/issue-code-for-identity.ts";
import { ownAudience } from "../../sessions/audience.ts";
import { warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import type { SocialFailure } from "./errors.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import { deriveOAuthTransaction, OAUTH_TRANSACTION_TTL_MS } from "./oauth-transaction.ts";
import type { SocialProvider } from "./providers/provider.ts";
import { afterAttachment, type ResolveAccountDeps, resolveAccount } from "./resolve-account.ts";
import type { OAuthTransactionStore } from "./transaction-store.ts";

export type HandleCallbackDeps = ResolveAccountDeps &
  LinkIdentityDeps &
  CompleteFirstFactorDeps &
  IssueCodeForIdentityDeps & {
    readonly socialProviders: ReadonlyMap<string, SocialProvider>;
    readonly oauthTransactions: Pick<OAuthTransactionStore, "consume">;
  };

type Callback = {
  readonly provider: string;
  readonly query: URLSearchParams;
  /** The browser's binding cookie. */
  readonly binding: string | undefined;
  readonly deviceToken: string | undefined;
  /** The session of the browser's cookies, which those of a new session replace. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

/**
 * `url`: where the browser goes now, or after the second factor. `outcome`: the session or the challenge that cookies
 * carry; null if the callback opened neither.
 */
export type CallbackResult = {
  readonly url: string;
  readonly outcome: SignedIn | SecondFactorRequired | null;
};

/**
 * Handles the redirect from a provider: consumes the transaction, exchanges the code, then links the identity or signs
 * in. A failure after the transaction is consumed changes nothing else; the user starts again.
 */
export async function handleCallback(
  deps: HandleCallbackDeps,
  input: Callback,
): Promise<Result<CallbackResult, SocialFailure>> {
  const { publicUrl } = deps.settings;
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  const state = input.query.get("state");
  if (!state || !input.binding) return err({ reason: "transaction_expired" });
  // The browser sends the callback, so a malformed one is no error of the provider, and it uses up no transaction.
  if (!isAuthorizationResponse(input.query)) return err({ reason: "provider_refused" });
  // Before the transaction is consumed: an unavailable signing key must not cost the user the sign-in.
  await warmSigningKey(deps);
  const consumed = await deps.oauthTransactions.consume({
    stateHash: await hashOneTimeToken(state),
    provider: input.provider,
    bindingHash: await hashOneTimeToken(input.binding),
    now: deps.clock.now(),
  });
  const root = consumed && deps.secrets.find(consumed.rootId);
  if (!root) return err({ reason: "transaction_expired" });
  const transaction = await deriveOAuthTransaction(root, { publicUrl, provider: input.provider, state });
  const profile = await provider.exchangeCode(input.query, transaction);
  if (!profile.ok) return err({ reason: `provider_${profile.error}` });

  const { returnTo, codeChallenge, sessionId, expiresAt } = consumed;
  const { caller, deviceToken, replaces } = input;
  const identity = {
    provider: { id: input.provider, name: provider.name },
    profile: profile.value,
    idToken: null,
    caller,
  };
  if (sessionId !== null) {
    const linked = await linkIdentity(deps, { ...identity, proof: proofAtStart(sessionId, expiresAt) });
    return linked.ok ? ok({ url: returnTo, outcome: null }) : linked;
  }

  const audience = ownAudience(deps.settings);
  const isOwnPage = new URL(returnTo).origin === publicUrl;
  const outcome = await retryOnConflict<Completed, SocialFailure>(async () => {
    const resolved = await resolveAccount(deps, { ...identity, deviceToken, audience, replaces });
    if (!resolved.ok) return resolved;
    const { firstFactor, enabledFactors } = resolved.value;
    const { grant } = firstFactor;
    // A page of this service gets cookies. A client application gets a code, and the second factor at its exchange.
    const completed = isOwnPage
      ? await completeFirstFactor(deps, firstFactor, enabledFactors)
      : await issueCodeForIdentity(deps, { grant, provider: input.provider, returnTo, codeChallenge });
    if (completed.ok) afterAttachment(deps, resolved.value);
    return completed;
  });
  return outcome.ok ? ok(redirectFor(returnTo, outcome.value)) : outcome;
}

/** RFC 6749 §4.1.2 and appendix A.11: one `code` of visible ASCII characters, or an `error`. No parameter twice (§3.1). */
function isAuthorizationResponse(query: URLSearchParams): boolean {
  const isRepeated = ["state", "code", "error", "iss"].some((name) => query.getAll(name).length > 1);
  return !isRepeated && (query.has("error") || /^[\x20-\x7e]{1,4096}$/.test(query.get("code") ?? ""));
}

/** The reauthentication of `startLink`. It names no generation: the session may have rotated its refresh token since. */
const proofAtStart = (sessionId: string, expiresAt: number): ReauthenticationProof => ({
  sessionId,
  generation: null,
  at: expiresAt - OAUTH_TRANSACTION_TTL_MS,
});

type Completed = SignedIn | SecondFactorRequired | { readonly kind: "code"; readonly code: string };

function redirectFor(returnTo: string, outcome: Completed): CallbackResult {
  if (outcome.kind !== "code") return { url: returnTo, outcome };
  const url = new URL(returnTo);
  url.searchParams.set("code", outcome.code);
  return { url: url.href, outcome: null };
}
