import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../../http/context.ts";
import { describeRoute } from "../../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../../http/require-session.ts";
import { answer, refuse, respond } from "../../../http/respond.ts";
import { RECENT_AUTHENTICATION } from "../../reauthentication/fields.ts";
import { disableSmsOtp } from "./disable-sms-otp.ts";
import { enableSmsOtp } from "./enable-sms-otp.ts";
import { smsOtpErrors } from "./errors.ts";
import type { SwitchSmsOtpDeps } from "./sms-otp-switch.ts";

const enabled = answer(200, "Sign-ins can use a code that we text to your phone.");
const disabled = answer(200, "Sign-ins do not use texted codes.");

type Deps = SwitchSmsOtpDeps & RequireSessionDeps;

/** The texted code as a second factor of the caller's own sign-ins. */
export function smsOtpRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>()
    .post(
      "/me/factors/sms",
      describeRoute({
        operationId: "enableSmsFactor",
        summary: "Use texted codes as a second factor",
        description:
          "The account needs a verified phone number, or the response is `conflict`. Where SECOND_FACTORS does not " +
          "name sms_otp, or text messages are off, it is `not_found`. The first second factor of an account also needs a " +
          `device that was known before, or a code in this session (\`POST /me/reauthenticate/code\`). ${RECENT_AUTHENTICATION}`,
        tag,
        answer: enabled,
        failures: ["not_found", "conflict", "reauthentication_required"],
      }),
      session,
      async (c) => {
        const result = await enableSmsOtp(depsOf(c), { session: c.var.session, caller: c.var.caller });
        return result.ok ? respond(c, enabled) : refuse(c, smsOtpErrors[result.error.reason]);
      },
    )
    .delete(
      "/me/factors/sms",
      describeRoute({
        operationId: "disableSmsFactor",
        summary: "Stop using texted codes as a second factor",
        description: `Where a second factor is required, the last one stays: \`conflict\`. ${RECENT_AUTHENTICATION}`,
        tag,
        answer: disabled,
        failures: ["conflict", "reauthentication_required"],
      }),
      session,
      async (c) => {
        const result = await disableSmsOtp(depsOf(c), { session: c.var.session, caller: c.var.caller });
        return result.ok ? respond(c, disabled) : refuse(c, smsOtpErrors[result.error.reason]);
      },
    );
}
