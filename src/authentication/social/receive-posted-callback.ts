import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { seal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { isAuthorizationResponse } from "./authorization-parameters.ts";
import type { SocialFailure } from "./errors.ts";
import type { SocialProvider } from "./providers/provider.ts";
import type { OAuthTransactionStore } from "./transaction-store.ts";

export type ReceivePostedCallbackDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly socialProviders: ReadonlyMap<string, SocialProvider>;
  readonly oauthTransactions: Pick<OAuthTransactionStore, "storeResponse">;
};

type PostedCallback = { readonly provider: string; readonly response: URLSearchParams };

/**
 * Stores the authorization response that a provider's page posts, and returns a handle. The browser sends no SameSite=Lax
 * cookie with a post of another site, so the redirect that follows presents handle and cookie (`handleCallback`).
 */
export async function receivePostedCallback(
  { clock, secrets, socialProviders, oauthTransactions }: ReceivePostedCallbackDeps,
  { provider, response }: PostedCallback,
): Promise<Result<{ readonly handle: string }, SocialFailure>> {
  if (!socialProviders.get(provider)?.usesFormPost) return err({ reason: "unknown_provider" });
  const state = response.get("state");
  if (!state) return err({ reason: "transaction_expired" });
  if (!isAuthorizationResponse(response)) return err({ reason: "provider_refused" });
  const handle = newOneTimeToken();
  const responseHash = await hashOneTimeToken(handle);
  const outcome = await oauthTransactions.storeResponse({
    stateHash: await hashOneTimeToken(state),
    provider,
    responseHash,
    sealedResponse: await seal(secrets, "seal-provider-response", responseHash, response.toString()),
    now: clock.now(),
  });
  return outcome === "stored" ? ok({ handle }) : err({ reason: "transaction_expired" });
}
