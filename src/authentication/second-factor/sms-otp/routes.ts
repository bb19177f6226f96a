import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../../http/context.ts";
import { describeRoute } from "../../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../../http/require-session.ts";
import { answer, refuse, respond } from "../../../http/respond.ts";
import { ENROLMENT, RECENT_AUTHENTICATION } from "../../reauthentication/fields.ts";
import { type EnableSmsOtpDeps, enableSmsOtp } from "./enable-sms-otp.ts";
import { smsOtpErrors } from "./errors.ts";

const enabled = answer(200, "Sign-ins can use a code that we text to your phone.");

type Deps = EnableSmsOtpDeps & RequireSessionDeps;

/** The texted code as a second factor of the caller's own sign-ins. */
export function smsOtpRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>().post(
    "/me/factors/sms",
    describeRoute({
      operationId: "enableSmsFactor",
      summary: "Use texted codes as a second factor",
      description:
        "The account needs a verified phone number, or the response is `conflict`. Where SECOND_FACTORS does not " +
        "name sms_otp, SECOND_FACTOR is off for the user, or text messages are off, it is `not_found`. A session that was restricted to the " +
        `enrolment stays so until its user has answered a texted code. ${RECENT_AUTHENTICATION} ${ENROLMENT}`,
      tag,
      answer: enabled,
      failures: ["not_found", "conflict", "reauthentication_required"],
    }),
    session,
    async (c) => {
      const result = await enableSmsOtp(depsOf(c), { session: c.var.session, caller: c.var.caller });
      return result.ok ? respond(c, enabled) : refuse(c, smsOtpErrors[result.error.reason]);
    },
  );
}
