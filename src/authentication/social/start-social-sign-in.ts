import { ownPagePath } from "../../core/own-page-path.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RedirectFailure } from "./errors.ts";
import {
  type AuthorizationRedirect,
  type StartTransactionDeps,
  startTransaction,
} from "./oauth-transaction.ts";
import type { OAuthTransactionStore } from "./transaction-store.ts";

export type StartSocialSignInDeps = StartTransactionDeps & {
  readonly oauthTransactions: Pick<OAuthTransactionStore, "create">;
};

type SignInRequest = {
  readonly provider: string;
  /** A page of this service. */
  readonly returnTo: string;
  /** The browser's binding, if it has one. */
  readonly binding: string | undefined;
};

/** Creates the authorization request of a sign-in; a cookie binds its single callback to the browser. */
export async function startSocialSignIn(
  deps: StartSocialSignInDeps,
  input: SignInRequest,
): Promise<Result<AuthorizationRedirect, RedirectFailure>> {
  const { settings, socialProviders } = deps;
  if (!socialProviders.has(input.provider)) return err({ reason: "unknown_provider" });
  const returnTo = ownPagePath(input.returnTo, settings.publicUrl);
  if (returnTo === null) return err({ reason: "return_url_refused" });
  const { provider, binding } = input;
  const started = await startTransaction(deps, { provider, returnTo, binding });
  if (!started.ok) return err({ ...started.error, returnTo });
  const { newTransaction, ...redirect } = started.value;
  await deps.oauthTransactions.create(newTransaction);
  return ok(redirect);
}
