import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { SentFactorKind } from "../authentication/second-factor/policy.ts";
import { seal, unseal } from "../core/crypto/seal.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Locale } from "../core/locale.ts";
import type { NewAnswer } from "../registration/sign-up-fields/sign-up-field.ts";

/** A request for a mailed link: of a password reset, or of an email verification. */
export type EmailTokenRequest = {
  readonly kind: "email_token";
  readonly email: EmailAddress;
  /** Also the kind of the mail that contains the token. */
  readonly purpose: "verify_email" | "reset_password";
  /** Sends only to an unverified address. */
  readonly unverifiedOnly: boolean;
  readonly audit: NewAuditEvent | null;
};

/** A request for the code of a sign-in by email code. */
export type EmailCodeRequest = {
  readonly kind: "email_code";
  /** The id of the challenge. */
  readonly id: string;
  readonly email: EmailAddress;
  readonly locale: Locale;
};

/** A request for a new code of such a challenge. */
export type EmailCodeResendRequest = { readonly kind: "email_code_resend"; readonly id: string };

/** A request for a new code of a sign-in's challenge. */
export type NewCodeRequest = {
  readonly kind: "new_code";
  readonly challengeId: string;
  /** How the code is sent. Absent: as the last one was. */
  readonly factor?: SentFactorKind;
};

/** A lockout that a wrong password of the address started. */
export type LockoutNoticeRequest = {
  readonly kind: "lockout_notice";
  readonly emailKey: string;
  /** Stands for an address without an account in the audit log. */
  readonly targetId: string;
  /** The wrong password. Undefined in a request of the previous release, which has recorded it. */
  readonly failure?: NewAuditEvent;
  /** The kind of the mail. */
  readonly notice: "account_locked" | "sign_in_stopped";
  readonly audit: NewAuditEvent;
};

/** A registration that passed every check which does not depend on an account of its address. */
export type RegistrationRequest = {
  readonly kind: "registration";
  /** The id of the account, if the registration creates one. */
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly name: string;
  readonly locale: Locale;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly usernameKey: string | null;
  readonly age: number | null;
  /** The answers to custom sign-up fields. Undefined in a request of the previous release. */
  readonly answers?: readonly NewAnswer[];
  readonly audit: NewAuditEvent;
};

/**
 * A request whose effect depends on the account of an address. The service stores it, responds, and performs it afterwards,
 * so that neither the response nor the rows written before it depend on the account.
 */
export type QueuedRequest =
  | EmailTokenRequest
  | EmailCodeRequest
  | EmailCodeResendRequest
  | NewCodeRequest
  | LockoutNoticeRequest
  | RegistrationRequest;

/** A request to store. */
export type NewQueuedRequest = {
  readonly id: string;
  /** HMAC of the address of a registration, and its password hash; null for the other kinds. */
  readonly target: string | null;
  readonly passwordHash: string | null;
  /** `QueuedRequest`, encrypted. */
  readonly sealed: string;
  readonly createdAt: number;
};

type Deps = { readonly secrets: SecretRing };

export const sealRequest = ({ secrets }: Deps, id: string, request: QueuedRequest): Promise<string> =>
  seal(secrets, "seal-request", id, JSON.stringify(request));

/** Null if the root secret that sealed it is gone, or the value was altered. */
export async function unsealRequest(
  { secrets }: Deps,
  id: string,
  sealed: string,
): Promise<QueuedRequest | null> {
  const text = await unseal(secrets, "seal-request", id, sealed);
  return text === null ? null : (JSON.parse(text) as QueuedRequest);
}
