import type { FirstFactorGrant } from "../authentication/first-factor.ts";
import { secondsUntil } from "../authentication/lockout/rules.ts";
import type { SignInFailure } from "../authentication/sign-in-outcome.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type CodeRequest, newAuthorizationCode } from "./authorization-code.ts";
import type { AuthorizationCodeStore } from "./store.ts";

export type IssueCodeForIdentityDeps = {
  readonly authorizationCodes: Pick<AuthorizationCodeStore, "issueForIdentity">;
};

type IdentityCodeRequest = CodeRequest & { readonly grant: FirstFactorGrant; readonly provider: string };

/** Issues a code for an identity that a provider has just verified. The exchange asks for a required second factor. */
export async function issueCodeForIdentity(
  deps: IssueCodeForIdentityDeps,
  { grant, provider, ...request }: IdentityCodeRequest,
): Promise<Result<{ readonly kind: "code"; readonly code: string }, SignInFailure>> {
  // The first factor's instant: a password reset after it must invalidate the code.
  const { now } = grant;
  const { code, row } = await newAuthorizationCode(request, now);
  const outcome = await deps.authorizationCodes.issueForIdentity(grant, provider, row);
  if (outcome.kind === "issued") return ok({ kind: "code", code });
  if (outcome.kind === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  return err({ reason: outcome.kind, retryAfter: secondsUntil(outcome.until, now) });
}
