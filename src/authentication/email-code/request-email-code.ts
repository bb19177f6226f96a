import type { CaptchaCheck, CaptchaRefusal } from "../../captcha/require-captcha.ts";
import type { Caller } from "../../core/caller.ts";
import { SECOND } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { AddressRefusal, ClientRefusal, QueueRequest } from "../../queued-requests/queue-request.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import { newChallengeId } from "./challenge-id.ts";

export type RequestEmailCodeDeps = {
  readonly secrets: SecretRing;
  readonly captcha: CaptchaCheck;
  readonly queueRequest: QueueRequest;
};

type EmailCodeRequest = {
  readonly email: EmailAddress;
  readonly captchaToken?: string;
  readonly caller: Caller;
};

/** `expiresIn` in seconds. */
export type OpenedChallenge = { readonly challengeId: string; readonly expiresIn: number };

/**
 * Opens a challenge and queues its code. Result, work and written rows are the same for every address; `sendEmailCode`
 * decides after the response what the address gets.
 */
export async function requestEmailCode(
  deps: RequestEmailCodeDeps,
  { email, captchaToken: token, caller }: EmailCodeRequest,
): Promise<Result<OpenedChallenge, { readonly reason: CaptchaRefusal } | AddressRefusal | ClientRefusal>> {
  const captcha = await deps.captcha.require({ token, action: "login", ip: caller.ip, required: true });
  if (captcha !== "passed") return err({ reason: captcha });
  const { id, challengeId } = await newChallengeId(deps, email.key);
  const queued = await deps.queueRequest({ kind: "email_code", id, email, locale: caller.locale }, caller.ip);
  return queued.ok ? ok({ challengeId, expiresIn: OTP_TTL_MS / SECOND }) : queued;
}
