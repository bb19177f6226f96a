import { err, ok, type Result } from "../../core/result.ts";
import {
  type ReauthenticateDeps,
  type ReauthenticationClaim,
  reauthenticate,
} from "../reauthentication/reauthenticate.ts";
import type { NewOAuthTransaction, ReauthenticationProof } from "./identity.ts";
import type { SocialFailure } from "./social-failure.ts";
import {
  type AuthorizationRedirect,
  type StartTransactionDeps,
  startTransaction,
} from "./start-transaction.ts";

export type StartLinkDeps = StartTransactionDeps &
  ReauthenticateDeps & {
    readonly oauthTransactions: {
      openForOwner(
        draft: NewOAuthTransaction,
        proof: ReauthenticationProof,
        now: number,
      ): Promise<"opened" | "reauthentication_expired">;
    };
  };

type Departure = ReauthenticationClaim & {
  readonly provider: string;
  /** The page of ours that it comes back to. */
  readonly page: string;
  /** The browser's binding, where it has one. */
  readonly binding: string | undefined;
};

/** Sends an owner, who has shown that they are, to a provider whose account is to sign them in. */
export async function startLink(
  deps: StartLinkDeps,
  { provider, page, binding, ...claim }: Departure,
): Promise<Result<AuthorizationRedirect, SocialFailure>> {
  if (!deps.socialProviders.has(provider)) return err({ reason: "unknown_provider" });
  const proof = await reauthenticate(deps, claim);
  if (!proof.ok) return proof;
  const returnTo = deps.settings.publicUrl + page;
  const transaction = await startTransaction(deps, { provider, returnTo, codeChallenge: null, binding });
  if (!transaction.ok) return transaction;
  const { draft, ...ticket } = transaction.value;
  const opened = await deps.oauthTransactions.openForOwner(draft, proof.value, deps.clock.now());
  return opened === "opened" ? ok(ticket) : err({ reason: opened });
}
