import { err, ok, type Result } from "../../core/result.ts";
import {
  type AccountClaim,
  type ReauthenticateDeps,
  reauthenticate,
} from "../reauthentication/reauthenticate.ts";
import type { SocialFailure } from "./errors.ts";
import {
  type AuthorizationRedirect,
  type StartTransactionDeps,
  startTransaction,
} from "./oauth-transaction.ts";
import type { OAuthTransactionStore } from "./transaction-store.ts";

export type StartLinkDeps = StartTransactionDeps &
  ReauthenticateDeps & { readonly oauthTransactions: Pick<OAuthTransactionStore, "createForLink"> };

type LinkRequest = Omit<AccountClaim, "method"> & {
  readonly provider: string;
  /** The path of this service's page that the callback redirects to. */
  readonly page: string;
  /** The browser's binding, if it has one. */
  readonly binding: string | undefined;
};

/** Reauthenticates the account's owner and creates the authorization request that links an identity. */
export async function startLink(
  deps: StartLinkDeps,
  { provider, page, binding, ...claim }: LinkRequest,
): Promise<Result<AuthorizationRedirect, SocialFailure>> {
  if (!deps.socialProviders.has(provider)) return err({ reason: "unknown_provider" });
  const proof = await reauthenticate(deps, { ...claim, method: "of_account" });
  if (!proof.ok) return proof;
  const started = await startTransaction(deps, { provider, returnTo: page, binding });
  if (!started.ok) return started;
  const { newTransaction, ...redirect } = started.value;
  const outcome = await deps.oauthTransactions.createForLink(newTransaction, proof.value, deps.clock.now());
  return outcome === "created" ? ok(redirect) : err({ reason: outcome });
}
