import type { Caller } from "../../core/caller.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { sealProviderToken } from "../../event-deliveries/delivery.ts";
import { ownAudience } from "../../sessions/audience.ts";
import { warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import type { SocialFailure } from "./errors.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import { deriveOAuthTransaction, OAUTH_TRANSACTION_TTL_MS } from "./oauth-transaction.ts";
import type { ExchangedProfile, SocialProvider } from "./providers/provider.ts";
import { afterAttachment, type ResolveAccountDeps, resolveAccount } from "./resolve-account.ts";
import type { OAuthTransactionStore } from "./transaction-store.ts";

export type HandleCallbackDeps = ResolveAccountDeps &
  LinkIdentityDeps &
  CompleteFirstFactorDeps & {
    readonly socialProviders: ReadonlyMap<string, SocialProvider>;
    readonly oauthTransactions: Pick<OAuthTransactionStore, "consume">;
  };

type Callback = {
  readonly provider: string;
  readonly query: URLSearchParams;
  /** The browser's binding cookie. */
  readonly binding: string | undefined;
  readonly deviceTokens: readonly string[];
  /** The session of the browser's cookies, which those of a new session replace. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

/** `returnTo`: the path of the page that follows. `signed_in` and the challenge are carried by cookies. */
export type CallbackResult =
  | {
      readonly kind: "completed";
      readonly returnTo: string;
      readonly outcome: SignedIn | SecondFactorRequired;
    }
  | { readonly kind: "linked"; readonly returnTo: string }
  | CancelledCallback;

/** The user has cancelled at the provider: a sign-in or a link. */
export type CancelledCallback = {
  readonly kind: "cancelled";
  readonly returnTo: string;
  readonly isSignIn: boolean;
};

/** `returnTo`: the path of the page that the sign-in was for, once the transaction is known. */
export type CallbackFailure = SocialFailure & { readonly returnTo?: string };

/**
 * Handles the redirect from a provider: consumes the transaction, exchanges the code, then links the identity or signs
 * in. A failure after the transaction is consumed changes nothing else; the user starts again.
 */
export async function handleCallback(
  deps: HandleCallbackDeps,
  input: Callback,
): Promise<Result<CallbackResult, CallbackFailure>> {
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
  const { returnTo, sessionId, expiresAt } = consumed;
  const startedAt = expiresAt - OAUTH_TRANSACTION_TTL_MS;
  const facts = { publicUrl, provider: input.provider, state, returnTo, startedAt };
  const transaction = await deriveOAuthTransaction(root, facts);
  // It validates state and issuer, of an error too (RFC 9207 §2.4).
  const profile = await provider.exchangeCode(input.query, transaction);
  if (!profile.ok) {
    const isCancelled = profile.error === "refused" && input.query.get("error") === "access_denied";
    if (isCancelled) return ok({ kind: "cancelled", returnTo, isSignIn: sessionId === null });
    const reason = `provider_${profile.error}` as const;
    return err(sessionId === null ? { reason, returnTo } : { reason });
  }

  const { caller, deviceTokens, replaces } = input;
  const identity = {
    provider: { id: input.provider, name: provider.name },
    profile: profile.value,
    idToken: null,
    sealedRefreshToken: await sealedTokenOf(deps.secrets, input.provider, profile.value),
    caller,
  };
  if (sessionId !== null) {
    const linked = await linkIdentity(deps, { ...identity, proof: proofAtStart(sessionId, expiresAt) });
    return linked.ok ? ok({ kind: "linked", returnTo }) : linked;
  }

  const audience = ownAudience(deps.settings);
  const outcome = await retryOnConflict<SignedIn | SecondFactorRequired, SocialFailure>(async () => {
    const resolved = await resolveAccount(deps, { ...identity, deviceTokens, audience, replaces });
    if (!resolved.ok) return resolved;
    const { firstFactor, factorFacts } = resolved.value;
    const completed = await completeFirstFactor(deps, firstFactor, factorFacts);
    if (completed.ok) afterAttachment(deps, resolved.value);
    return completed;
  });
  return outcome.ok
    ? ok({ kind: "completed", returnTo, outcome: outcome.value })
    : err({ ...outcome.error, returnTo });
}

const sealedTokenOf = async (
  secrets: SecretRing,
  provider: string,
  { refreshToken }: ExchangedProfile,
): Promise<string | null> =>
  refreshToken === undefined ? null : sealProviderToken(secrets, provider, refreshToken);

/** RFC 6749 §4.1.2 and appendix A.11: one `code` of visible ASCII characters, or an `error`. No parameter twice (§3.1). */
function isAuthorizationResponse(query: URLSearchParams): boolean {
  const isRepeated = ["state", "code", "error", "iss"].some((name) => query.getAll(name).length > 1);
  return !isRepeated && (query.has("error") || /^[\x20-\x7e]{1,4096}$/.test(query.get("code") ?? ""));
}

/** The reauthentication of `startLink`. */
const proofAtStart = (sessionId: string, expiresAt: number): ReauthenticationProof => ({
  sessionId,
  at: expiresAt - OAUTH_TRANSACTION_TTL_MS,
});
