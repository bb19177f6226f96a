import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewOAuthTransaction } from "./identity.ts";
import { OAUTH_TRANSACTION_TTL_MS, oauthTransactionOf } from "./oauth-transaction.ts";
import type { SocialProvider } from "./providers/provider.ts";
import type { SocialFailure } from "./social-failure.ts";

export type StartTransactionDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly socialProviders: ReadonlyMap<string, SocialProvider>;
  readonly settings: { readonly publicUrl: string };
};

type Departure = {
  readonly provider: string;
  /** A URL that `judgeReturnUrl` gave. */
  readonly returnTo: string;
  readonly codeChallenge: string | null;
  /** The browser's binding, where it has one: two tabs may be on their way at once. */
  readonly binding: string | undefined;
};

/** Where a browser goes, and the cookie that it takes along. */
export type AuthorizationRedirect = { readonly url: string; readonly binding: string };

/** The way to a provider and back, bound to a browser; it leads back once `draft` is stored. */
export async function startTransaction(
  { clock, secrets, socialProviders, settings }: StartTransactionDeps,
  { provider: id, returnTo, codeChallenge, ...browser }: Departure,
): Promise<Result<AuthorizationRedirect & { readonly draft: NewOAuthTransaction }, SocialFailure>> {
  const provider = socialProviders.get(id);
  if (!provider) return err({ reason: "unknown_provider" });
  const state = newOneTimeToken();
  const binding = browser.binding ?? newOneTimeToken();
  const { publicUrl } = settings;
  const transaction = await oauthTransactionOf(secrets.current, { publicUrl, provider: id, state });
  const url = await provider.authorize(transaction);
  if (!url.ok) return err({ reason: `provider_${url.error}` });
  const draft = {
    stateHash: await hashOneTimeToken(state),
    provider: id,
    bindingHash: await hashOneTimeToken(binding),
    returnTo,
    codeChallenge,
    rootId: secrets.current.id,
    expiresAt: clock.now() + OAUTH_TRANSACTION_TTL_MS,
  };
  return ok({ url: url.value, binding, draft });
}
