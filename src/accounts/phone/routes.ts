import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { challengeIdField, codeField } from "../../authentication/one-time-codes/fields.ts";
import { RECENT_AUTHENTICATION } from "../../authentication/reauthentication/fields.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { phoneErrors } from "./errors.ts";
import { phoneField } from "./fields.ts";
import { type RemovePhoneDeps, removePhone } from "./remove-phone.ts";
import {
  type RequestPhoneVerificationDeps,
  type RequestPhoneVerificationFailure,
  requestPhoneVerification,
} from "./request-phone-verification.ts";
import { type VerifyPhoneDeps, type VerifyPhoneFailure, verifyPhone } from "./verify-phone.ts";

const texted = answer(
  200,
  "We have sent a code to that number.",
  z.object({ challengeId: z.uuid(), expiresIn: z.int().check(z.meta({ description: "Seconds." })) }),
);
const verified = answer(
  200,
  "Your phone number is confirmed.",
  z.object({ phone: z.string(), isPhoneVerified: z.literal(true) }),
);
const removed = answer(200, "There is no phone number on your account.");

type Deps = RequestPhoneVerificationDeps & VerifyPhoneDeps & RemovePhoneDeps & RequireSessionDeps;

/** The caller's own phone number. */
export function phoneRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf);
  // A number is what a texted code needs.
  const enrollingSession = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>()
    .post(
      "/me/phone",
      describeRoute({
        operationId: "requestPhone",
        summary: "Text a code to a phone number",
        description:
          "The number replaces the account's and is unverified until the code is verified; the same number " +
          "stays unchanged. A new code voids the earlier one. At most one text a minute and five an hour. " +
          "If text messages are off, the response is `not_found`. " +
          RECENT_AUTHENTICATION,
        tag,
        answer: texted,
        failures: [phoneErrors.texts_off, phoneErrors.send_cap, phoneErrors.reauthentication_required],
      }),
      enrollingSession,
      jsonBody(z.strictObject({ phone: phoneField })),
      async (c) => {
        const result = await requestPhoneVerification(depsOf(c), {
          ...c.req.valid("json"),
          ...commonInputOf(c),
        });
        return result.ok ? respond(c, texted, result.value) : sendRefusal(c, result.error);
      },
    )
    .post(
      "/me/phone/verify",
      describeRoute({
        operationId: "verifyPhone",
        summary: "Verify the phone number with the code",
        description:
          "A code is valid for 10 minutes and five attempts, and only while the account has its number.",
        tag,
        answer: verified,
        failures: [phoneErrors.code_incorrect, phoneErrors.locked],
      }),
      enrollingSession,
      jsonBody(z.strictObject({ challengeId: challengeIdField, code: codeField })),
      async (c) => {
        const result = await verifyPhone(depsOf(c), {
          ...c.req.valid("json"),
          accountId: c.var.session.account.id,
          caller: c.var.caller,
        });
        if (!result.ok) return sendRefusal(c, result.error);
        return respond(c, verified, { phone: result.value.phone, isPhoneVerified: true });
      },
    )
    .delete(
      "/me/phone",
      describeRoute({
        operationId: "removePhone",
        summary: "Remove the phone number",
        description: RECENT_AUTHENTICATION,
        tag,
        answer: removed,
        failures: [phoneErrors.reauthentication_required],
      }),
      session,
      async (c) => {
        const result = await removePhone(depsOf(c), commonInputOf(c));
        return result.ok ? respond(c, removed) : refuse(c, phoneErrors[result.error.reason]);
      },
    );
}

const COUNTRY_REFUSED = { path: "phone", message: "We cannot send texts to this country." };

const commonInputOf = (c: Context<HttpEnv>) => ({
  session: c.var.session,
  caller: c.var.caller,
});

const sendRefusal = (c: Context, failure: RequestPhoneVerificationFailure | VerifyPhoneFailure) =>
  refuse(c, phoneErrors[failure.reason], {
    fields: failure.reason === "country_refused" ? [COUNTRY_REFUSED] : undefined,
    retryAfter: "retryAfter" in failure ? failure.retryAfter : undefined,
  });
