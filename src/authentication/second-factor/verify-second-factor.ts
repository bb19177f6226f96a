import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { storedAddressKey } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type IssueTokensDeps, issueTokens, warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../../sessions/new-session.ts";
import { type DeviceTokenDeps, signDeviceToken } from "../known-devices/device-token.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { codeHashes } from "../one-time-codes/new-code.ts";
import type { SignedIn } from "../sign-in-outcome.ts";
import type { SecondFactorStore } from "./store.ts";

export type VerifySecondFactorDeps = IssueTokensDeps &
  DeviceTokenDeps &
  NewSessionDeps & {
    readonly secrets: SecretRing;
    readonly logins: Pick<SecondFactorStore, "verifyChallenge">;
    readonly messages: Outbox;
  };

/** `retryAfter` in seconds. */
export type VerifySecondFactorFailure =
  | { readonly reason: "code_incorrect" }
  | { readonly reason: "locked"; readonly retryAfter: number };

type VerificationInput = {
  readonly challengeId: string;
  readonly code: string;
  /** The audience of the tokens. */
  readonly audience: string;
  readonly caller: Caller;
};

/** Verifies the code of a challenge. One batch counts the try, evaluates it and opens the session. */
export async function verifySecondFactor(
  deps: VerifySecondFactorDeps,
  input: VerificationInput,
): Promise<Result<SignedIn, VerifySecondFactorFailure>> {
  const { challengeId, code, audience, caller } = input;
  await warmSigningKey(deps);
  const now = deps.clock.now();
  // The challenge stores the method of the first factor. The batch prepends it.
  const session = newSession(deps, { amr: ["otp"], audience, caller });
  const details = { sessionId: session.id, amr: "otp" };
  const expiresAt = now + DAY;
  const newDeviceNotice = await deps.messages.draft({ kind: "new_device_sign_in" }, { expiresAt });
  const lockoutNotice = await deps.messages.draft({ kind: "account_locked" }, { expiresAt });
  const outcome = await deps.logins.verifyChallenge({
    challengeId,
    attempt: newId(),
    codeHashes: await codeHashes(deps, challengeId, code),
    session,
    audit: newAuditEvent(deps, { type: "signed_in", details }, caller),
    newDeviceNotice,
    lockoutNotice,
    now,
  });
  // The batch queues at most one of the two, and does not return which.
  deps.messages.deliverSoon([newDeviceNotice.id, lockoutNotice.id]);
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  if (outcome.kind === "refused") return err({ reason: "code_incorrect" });
  const { account, amr } = outcome;
  const deviceToken = await signDeviceToken(deps, storedAddressKey(account.email), null);
  const stored = { ...session, amr, generation: 1, rotatedAt: session.createdAt };
  const tokens = await issueTokens(deps, { session: stored, account }, { audience });
  return ok({ kind: "signed_in", tokens, account, sessionId: session.id, deviceToken });
}
