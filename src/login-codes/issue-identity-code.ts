import { secondsUntil } from "../account-lock/rules.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { FirstStep } from "../sign-in/first-step.ts";
import type { SignInFailure } from "../sign-in/outcome.ts";
import { type Destination, type LoginCodeDraft, newLoginCode } from "./login-code.ts";

export type IssueIdentityCodeDeps = {
  readonly loginCodes: {
    issueForIdentity(
      step: FirstStep,
      provider: string,
      code: LoginCodeDraft,
    ): Promise<{ kind: "issued" } | { kind: "locked"; until: number } | { kind: "changed_meanwhile" }>;
  };
};

type Request = Destination & { readonly step: FirstStep; readonly provider: string };

/** A code for an identity that a provider has just proven; its second step is due with the exchange. */
export async function issueIdentityCode(
  deps: IssueIdentityCodeDeps,
  { step, provider, ...destination }: Request,
): Promise<Result<{ readonly kind: "code"; readonly code: string }, SignInFailure>> {
  // The instant of the batch: a reset in between makes strangers of all who came before it.
  const { now } = step;
  const { code, draft } = await newLoginCode(destination, now);
  const outcome = await deps.loginCodes.issueForIdentity(step, provider, draft);
  if (outcome.kind === "locked")
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  return outcome.kind === "issued" ? ok({ kind: "code", code }) : err({ reason: "changed_meanwhile" });
}
