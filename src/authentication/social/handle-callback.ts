import type { Caller } from "../../core/caller.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { sealProviderToken } from "../../event-deliveries/delivery.ts";
import { ownAudience } from "../../sessions/audience.ts";
import { warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import { isAuthorizationResponse, isCancellation, RESPONSE_HANDLE } from "./authorization-parameters.ts";
import type { RedirectFailure, SocialFailure } from "./errors.ts";
import { type LinkIdentityDeps, linkIdentity } from "./link-identity.ts";
import {
  type ConsumedOAuthTransaction,
  deriveOAuthTransaction,
  OAUTH_TRANSACTION_TTL_MS,
} from "./oauth-transaction.ts";
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

/**
 * Handles the redirect from a provider: consumes the transaction, exchanges the code, then links the identity or signs
 * in. A failure after the transaction is consumed changes nothing else; the user starts again.
 */
export async function handleCallback(
  deps: HandleCallbackDeps,
  input: Callback,
): Promise<Result<CallbackResult, RedirectFailure>> {
  const { publicUrl } = deps.settings;
  const provider = deps.socialProviders.get(input.provider);
  if (!provider) return err({ reason: "unknown_provider" });
  const handle = input.query.get(RESPONSE_HANDLE);
  const key = handle ?? input.query.get("state");
  if (!key || !input.binding) return err({ reason: "transaction_expired" });
  // The browser sends the callback, so a malformed one is no error of the provider, and it uses up no transaction.
  if (handle === null && !isAuthorizationResponse(input.query)) return err({ reason: "provider_refused" });
  // Before the transaction is consumed: an unavailable signing key must not cost the user the sign-in.
  await warmSigningKey(deps);
  const keyHash = await hashOneTimeToken(key);
  const consumed = await deps.oauthTransactions.consume({
    ...(handle === null ? { stateHash: keyHash } : { responseHash: keyHash }),
    provider: input.provider,
    bindingHash: await hashOneTimeToken(input.binding),
    now: deps.clock.now(),
  });
  const root = consumed && deps.secrets.find(consumed.rootId);
  const response = consumed && (await responseOf(deps.secrets, consumed, keyHash, input.query));
  const state = response?.get("state");
  if (!root || !response || !state) return err({ reason: "transaction_expired" });
  const { returnTo, sessionId, expiresAt } = consumed;
  const startedAt = expiresAt - OAUTH_TRANSACTION_TTL_MS;
  const facts = { publicUrl, provider: input.provider, state, returnTo, startedAt };
  const transaction = await deriveOAuthTransaction(root, facts);
  // It validates state and issuer, of an error too (RFC 9207 §2.4).
  const profile = await provider.exchangeCode(response, transaction);
  const start = { returnTo, isSignIn: sessionId === null };
  if (!profile.ok) {
    const isCancelled = profile.error === "refused" && isCancellation(response);
    if (isCancelled) return ok({ kind: "cancelled", ...start });
    return err({ reason: `provider_${profile.error}`, ...start });
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
    return linked.ok ? ok({ kind: "linked", returnTo }) : err({ ...linked.error, ...start });
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
    : err({ ...outcome.error, ...start });
}

/** The query, or the stored response of a provider that posts it. Null: its root secret was removed meanwhile. */
async function responseOf(
  secrets: SecretRing,
  { sealedResponse }: ConsumedOAuthTransaction,
  responseHash: string,
  query: URLSearchParams,
): Promise<URLSearchParams | null> {
  if (sealedResponse === null) return query;
  const text = await unseal(secrets, "seal-provider-response", responseHash, sealedResponse);
  return text === null ? null : new URLSearchParams(text);
}

const sealedTokenOf = async (
  secrets: SecretRing,
  provider: string,
  { refreshToken }: ExchangedProfile,
): Promise<string | null> =>
  refreshToken === undefined ? null : sealProviderToken(secrets, provider, refreshToken);

/** The reauthentication of `startLink`. */
const proofAtStart = (sessionId: string, expiresAt: number): ReauthenticationProof => ({
  sessionId,
  at: expiresAt - OAUTH_TRANSACTION_TTL_MS,
});
