import { type ProfileField, usernameKey } from "../accounts/account.ts";
import { type CheckNewPasswordDeps, checkNewPassword } from "../accounts/check-new-password.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { CaptchaCheck, CaptchaRefusal } from "../captcha/require-captcha.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { fromBase64url } from "../core/crypto/encoding.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { type PasswordHasher, SALT_BYTES } from "../core/crypto/password-hash.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { EmailAddress } from "../core/email-address.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import {
  type ClientRefusal,
  type QueueRequest,
  registrationTarget,
} from "../queued-requests/queue-request.ts";
import { type CheckSignUpDeps, checkSignUp } from "./check-sign-up.ts";
import type { AnswersRefused } from "./sign-up-fields/answer-fields.ts";
import type { SignUpFieldSettings } from "./sign-up-fields/read-answers.ts";
import { checkAnswers } from "./sign-up-fields/rules.ts";
import type { SignUpRefusal } from "./sign-up-rules.ts";
import type { RegistrationStore } from "./store.ts";

export type RegisterAccountDeps = CheckNewPasswordDeps &
  CheckSignUpDeps & {
    readonly clock: Clock;
    readonly secrets: SecretRing;
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly registrations: Pick<RegistrationStore, "findUnverifiedPasswordHash">;
    readonly queueRequest: QueueRequest;
    readonly captcha: CaptchaCheck;
    readonly settings: SignUpFieldSettings & { readonly requiredProfileFields: readonly ProfileField[] };
  };

type RegisterAccountInput = {
  readonly email: EmailAddress;
  readonly password: string;
  readonly name: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly age?: number;
  /** The answers to SIGN_UP_FIELDS by name. */
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly captchaToken?: string;
  readonly caller: Caller;
};

export type RegistrationFailure =
  | { readonly reason: SignUpRefusal }
  | { readonly reason: "profile_incomplete"; readonly fields: readonly ProfileField[] }
  | AnswersRefused
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem }
  | { readonly reason: "username_taken" }
  | { readonly reason: CaptchaRefusal }
  | ClientRefusal;

/** The response to the caller. It is the same for an address that already has an account. */
type RegisteredAccount = { readonly id: string; readonly name: string; readonly email: string };

/**
 * Checks a registration and queues it; `createAccount` performs it after the response. The result and the written rows
 * are the same for a taken address, so the caller cannot enumerate accounts.
 */
export async function registerAccount(
  deps: RegisterAccountDeps,
  input: RegisterAccountInput,
): Promise<Result<RegisteredAccount, RegistrationFailure>> {
  const refusal = await checkSignUp(deps, input.email);
  if (refusal) return err({ reason: refusal });
  const missing = deps.settings.requiredProfileFields.filter((field) => input[field] === undefined);
  if (missing.length > 0) return err({ reason: "profile_incomplete", fields: missing });
  const answers = checkAnswers(deps.settings.signUpFields, input.answers ?? {});
  if (!answers.ok) return err({ reason: "answers_refused", problems: answers.error });
  const { email, name, caller } = input;
  const username = input.username ?? null;
  const problem = await checkNewPassword(deps, input.password, {
    email: email.address,
    name,
    lastName: input.lastName ?? null,
    username,
  });
  if (problem) return err({ reason: "password_refused", problem });
  // The last check: a captcha token is valid once, and a typing mistake should not consume it.
  const claim = { token: input.captchaToken, action: "register", ip: caller.ip, required: true } as const;
  const captcha = await deps.captcha.require(claim);
  if (captcha !== "passed") return err({ reason: captcha });

  // Hashed with the salt of the unverified account, so that the store can tell a repeated registration
  // from one with another password.
  const target = await registrationTarget(deps.secrets, email.key);
  const unverifiedHash = await deps.registrations.findUnverifiedPasswordHash(email.key, target);
  // Derived in every case, so that the work is the same.
  const salt = await registrationSalt(deps.secrets, email.key);
  const passwordHash = await deps.hasher.hash(input.password, unverifiedHash ?? salt);
  const id = newId();
  const queued = await deps.queueRequest(
    {
      kind: "registration",
      id,
      email,
      passwordHash,
      name,
      locale: caller.locale,
      lastName: input.lastName ?? null,
      username,
      usernameKey: username === null ? null : usernameKey(username),
      age: input.age ?? null,
      answers: answers.value,
      audit: newAuditEvent(deps, { type: "account_registered" }, caller),
    },
    caller.ip,
  );
  return queued.ok ? ok({ id, name, email: email.address }) : queued;
}

/**
 * The salt of an address's first registration. It is derived, not random: of two simultaneous registrations neither
 * finds the hash of the other, and with one salt the same password still gives the same hash. A second hashing under a
 * stored salt would take longer for an address without an account, and so reveal it.
 */
async function registrationSalt(secrets: SecretRing, emailKey: string) {
  const hash = fromBase64url(await keyedHash(secrets.current, "registration-salt", emailKey));
  return hash?.slice(0, SALT_BYTES) ?? null;
}
