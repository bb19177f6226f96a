import type { FirstFactorGrant } from "../authentication/first-factor.ts";
import { secondsUntil } from "../authentication/lockout/rules.ts";
import type { SignInFailure } from "../authentication/sign-in-outcome.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type Destination, type NewAuthorizationCode, newAuthorizationCode } from "./authorization-code.ts";

export type IssueCodeForIdentityDeps = {
  readonly authorizationCodes: {
    issueForIdentity(
      step: FirstFactorGrant,
      provider: string,
      code: NewAuthorizationCode,
    ): Promise<{ kind: "issued" } | { kind: "locked"; until: number } | { kind: "changed_meanwhile" }>;
  };
};

type Request = Destination & { readonly step: FirstFactorGrant; readonly provider: string };

/** A code for an identity that a provider has just proven; its second step is due with the exchange. */
export async function issueCodeForIdentity(
  deps: IssueCodeForIdentityDeps,
  { step, provider, ...destination }: Request,
): Promise<Result<{ readonly kind: "code"; readonly code: string }, SignInFailure>> {
  // The instant of the batch: a reset in between makes strangers of all who came before it.
  const { now } = step;
  const { code, draft } = await newAuthorizationCode(destination, now);
  const outcome = await deps.authorizationCodes.issueForIdentity(step, provider, draft);
  if (outcome.kind === "locked")
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  return outcome.kind === "issued" ? ok({ kind: "code", code }) : err({ reason: "changed_meanwhile" });
}
