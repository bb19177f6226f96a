import { err, ok, type Result } from "../../core/result.ts";
import { judgeReturnUrl } from "../../oauth/return-url.ts";
import type { NewOAuthTransaction } from "./identity.ts";
import type { SocialFailure } from "./social-failure.ts";
import {
  type AuthorizationRedirect,
  type StartTransactionDeps,
  startTransaction,
} from "./start-transaction.ts";

export type StartSocialSignInDeps = StartTransactionDeps & {
  readonly oauthTransactions: { open(draft: NewOAuthTransaction): Promise<void> };
  readonly settings: { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };
};

type Start = {
  readonly provider: string;
  readonly returnTo: string;
  /** S256 of a secret that an app on another origin has to keep until it exchanges its code. */
  readonly codeChallenge?: string;
  /** The browser's binding, where it has one. */
  readonly binding: string | undefined;
};

/** Sends a browser to a provider to sign in, bound to that browser by a cookie and good for one return. */
export async function startSocialSignIn(
  deps: StartSocialSignInDeps,
  input: Start,
): Promise<Result<AuthorizationRedirect, SocialFailure>> {
  const { settings, socialProviders } = deps;
  if (!socialProviders.has(input.provider)) return err({ reason: "unknown_provider" });
  const returnTo = judgeReturnUrl(input.returnTo, settings);
  if (returnTo === null) return err({ reason: "return_url_refused" });
  const isOwn = new URL(returnTo).origin === settings.publicUrl;
  // RFC 9700 §2.1.1: or somebody could slip a code of theirs into another's browser (§4.5).
  if (!isOwn && input.codeChallenge === undefined) return err({ reason: "challenge_missing" });
  const { provider, binding, codeChallenge = null } = input;
  const transaction = await startTransaction(deps, { provider, returnTo, codeChallenge, binding });
  if (!transaction.ok) return transaction;
  await deps.oauthTransactions.open(transaction.value.draft);
  return ok({ url: transaction.value.url, binding: transaction.value.binding });
}
