import { and, eq, isNotNull, isNull, type SQL } from "drizzle-orm";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Locale } from "../../core/locale.ts";
import { emailSignInCodes } from "../../db/schema.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import type { EmailCodeAttempt } from "./email-code.ts";

/** A challenge to store. Instants in milliseconds. */
export type NewEmailCodeChallenge = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly locale: Locale;
};

/** The row of a new challenge, with the same values for every address. Its code is created after the response. */
export const emailCodeRow = ({ id, email, locale }: NewEmailCodeChallenge, now: number) => ({
  id,
  email: email.address,
  emailKey: email.key,
  codeHash: "",
  tries: 0,
  attempt: null,
  locale,
  createdAt: now,
  expiresAt: now + OTP_TTL_MS,
  consumedAt: null,
});

/** Whether this answer is the last counted one and has not consumed the challenge: it is wrong, or not evaluated yet. */
export const isOpenAttempt = ({ id, attempt }: EmailCodeAttempt): SQL | undefined =>
  and(
    eq(emailSignInCodes.id, id),
    eq(emailSignInCodes.attempt, attempt),
    isNull(emailSignInCodes.consumedAt),
  );

/** Whether this answer has consumed the challenge. */
export const hasConsumed = ({ id, attempt }: EmailCodeAttempt): SQL | undefined =>
  and(
    eq(emailSignInCodes.id, id),
    eq(emailSignInCodes.attempt, attempt),
    isNotNull(emailSignInCodes.consumedAt),
  );
