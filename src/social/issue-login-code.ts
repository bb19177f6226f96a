import { secondsUntil } from "../account-lock/rules.ts";
import { type Clock, MINUTE } from "../kernel/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { FirstStep } from "../sign-in/first-step.ts";
import type { SocialFailure } from "./social-failure.ts";

/** Milliseconds between the redirect and the app's request. */
const LOGIN_CODE_LIFE = MINUTE;

export type IssueLoginCodeDeps = {
  readonly clock: Clock;
  readonly loginCodes: {
    issue(
      step: FirstStep,
      code: {
        codeHash: string;
        provider: string;
        origin: string;
        codeChallenge: string | null;
        createdAt: number;
        expiresAt: number;
      },
    ): Promise<{ kind: "issued" } | { kind: "locked"; until: number } | { kind: "changed_meanwhile" }>;
  };
};

type Request = {
  readonly step: FirstStep;
  readonly provider: string;
  readonly returnTo: string;
  readonly codeChallenge: string | null;
};

/** A code for an app on another origin: no token may travel in a URL (RFC 9700 §4.3.2). */
export async function issueLoginCode(
  deps: IssueLoginCodeDeps,
  { step, provider, returnTo, codeChallenge }: Request,
): Promise<Result<{ readonly kind: "code"; readonly code: string }, SocialFailure>> {
  const code = newOneTimeToken();
  // That of the batch: a reset in between makes strangers of all who came before it.
  const { now } = step;
  const outcome = await deps.loginCodes.issue(step, {
    codeHash: await hashOneTimeToken(code),
    provider,
    origin: new URL(returnTo).origin,
    codeChallenge,
    createdAt: now,
    expiresAt: now + LOGIN_CODE_LIFE,
  });
  if (outcome.kind === "locked")
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  return outcome.kind === "issued" ? ok({ kind: "code", code }) : err({ reason: "changed_meanwhile" });
}
