import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { type CreatePasskeyOptionsDeps, createPasskeyOptions } from "../passkeys/create-passkey-options.ts";
import { requestOptionsSchema } from "../passkeys/fields.ts";
import { secondFactorResponse, secondFactorResponses } from "../token-response.ts";
import { reauthenticationErrors } from "./errors.ts";
import { respondTo } from "./routes.ts";
import { type SendReauthenticationCodeDeps, sendReauthenticationCode } from "./send-reauthentication-code.ts";

const started = answer(200, undefined, z.object({ options: requestOptionsSchema }));

type Deps = SendReauthenticationCodeDeps & CreatePasskeyOptionsDeps & RequireSessionDeps;

/** What a reauthentication asks the service for first: a code, or the challenge of a passkey. */
export function reauthenticationChallengeRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  const { code_not_accepted, reauthentication_expired, send_cap } = reauthenticationErrors;
  return new Hono<HttpEnv>()
    .post(
      "/me/reauthenticate/code",
      describeRoute({
        operationId: "sendReauthenticationCode",
        summary: "Send a code that reauthenticates this session",
        description:
          "The answer goes to `POST /me/reauthenticate/otp`, together with the password if a sign-in asks for a second factor. " +
          "`conflict`: the account has a stronger factor, beside which a sent code is not accepted.",
        tag: "Account",
        answer: secondFactorResponse("We have sent you a code."),
        alternatives: secondFactorResponses,
        failures: [code_not_accepted, reauthentication_expired, send_cap],
      }),
      session,
      jsonBody(
        z.strictObject({
          factor: z.optional(z.enum(["email_otp", "sms_otp"], "Must be email_otp or sms_otp.")),
        }),
      ),
      async (c) => {
        const { factor: kind } = c.req.valid("json");
        const input = { session: c.var.session, ...(kind && { kind }) };
        return respondTo(c, await sendReauthenticationCode(depsOf(c), input));
      },
    )
    .post(
      "/me/reauthenticate/options",
      describeRoute({
        operationId: "createReauthenticationOptions",
        summary: "Get the options with which a browser asks a passkey to reauthenticate this session",
        tag: "Account",
        answer: started,
      }),
      session,
      async (c) => {
        const { sessionId, account } = c.var.session;
        const subject = { purpose: "reauthentication", accountId: account.id, subjectId: sessionId } as const;
        return respond(c, started, { options: await createPasskeyOptions(depsOf(c), subject) });
      },
    );
}
