import * as z from "zod/mini";
import { anyCodeField } from "../one-time-codes/fields.ts";
import { SECOND_FACTOR_KINDS } from "../second-factor/policy.ts";
import type { SecondFactorAnswer } from "../second-factor/second-factor.ts";

/** Describes the routes of sensitive changes. */
export const RECENT_AUTHENTICATION =
  "The user must have signed in or reauthenticated (`POST /me/reauthenticate`) in this session within the last 10 minutes.";

/** Describes the routes of sensitive changes that take the password with the request. */
export const RECENT_SECOND_FACTOR =
  "If the account has a second factor, the user must also have signed in or reauthenticated (`POST /me/reauthenticate`) " +
  "in this session within the last 10 minutes.";

/** The answer of a factor: a code, or the assertion of a passkey. */
export const answerFields = {
  factor: z
    .optional(z.enum(SECOND_FACTOR_KINDS, "Must be a kind of factor."))
    .check(z.meta({ description: "The factor of `code` or `assertion`. Default: that of the challenge." })),
  code: z.optional(anyCodeField),
  assertion: z
    .optional(z.record(z.string(), z.unknown(), "Must be an object."))
    .check(z.meta({ description: "What `navigator.credentials.get` returned, as JSON (WebAuthn §5.1.8)." })),
};

type AnswerBody = {
  readonly code?: string | undefined;
  readonly assertion?: Readonly<Record<string, unknown>> | undefined;
};

/** Null: the body has no answer. */
export function answerOf({ code, assertion }: AnswerBody): SecondFactorAnswer | null {
  if (assertion !== undefined) return { by: "assertion", assertion };
  return code === undefined ? null : { by: "code", code };
}
/** Describes the routes that add a factor. */
export const ENROLMENT =
  "On a device that was unknown at the sign-in, the session must also have shown a code or a passkey, such as a code of " +
  "`POST /me/reauthenticate/code`.";
