import { err, ok, type Result } from "../../core/result.ts";
import { judgeReturnUrl } from "../../oauth/return-url.ts";
import type { SocialFailure } from "./errors.ts";
import {
  type AuthorizationRedirect,
  type StartTransactionDeps,
  startTransaction,
} from "./oauth-transaction.ts";
import type { OAuthTransactionStore } from "./transaction-store.ts";

export type StartSocialSignInDeps = StartTransactionDeps & {
  readonly oauthTransactions: Pick<OAuthTransactionStore, "create">;
  readonly settings: { readonly publicUrl: string; readonly allowedReturnUrls: readonly string[] };
};

type SignInRequest = {
  readonly provider: string;
  readonly returnTo: string;
  /** S256 code challenge of the client application that `returnTo` belongs to. */
  readonly codeChallenge?: string;
  /** The browser's binding, if it has one. */
  readonly binding: string | undefined;
};

/** Creates the authorization request of a sign-in; a cookie binds its single callback to the browser. */
export async function startSocialSignIn(
  deps: StartSocialSignInDeps,
  input: SignInRequest,
): Promise<Result<AuthorizationRedirect, SocialFailure>> {
  const { settings, socialProviders } = deps;
  if (!socialProviders.has(input.provider)) return err({ reason: "unknown_provider" });
  const returnTo = judgeReturnUrl(input.returnTo, settings);
  if (returnTo === null) return err({ reason: "return_url_refused" });
  const isOwnPage = new URL(returnTo).origin === settings.publicUrl;
  // RFC 9700 §2.1.1: without PKCE an attacker could inject an authorization code into another browser (§4.5).
  if (!isOwnPage && input.codeChallenge === undefined) return err({ reason: "challenge_missing" });
  const { provider, binding, codeChallenge = null } = input;
  const started = await startTransaction(deps, { provider, returnTo, codeChallenge, binding });
  if (!started.ok) return started;
  const { newTransaction, ...redirect } = started.value;
  await deps.oauthTransactions.create(newTransaction);
  return ok(redirect);
}
