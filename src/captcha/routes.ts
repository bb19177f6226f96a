import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { describeRoute } from "../http/openapi-operation.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { jsonBody } from "../http/validate-request.ts";
import { type CreateCaptchaProofDeps, createCaptchaProof } from "./create-captcha-proof.ts";
import { captchaProofErrors } from "./errors.ts";
import { captchaTokenField } from "./fields.ts";

const proofCreated = answer(
  200,
  undefined,
  z.object({
    humanProof: z.string().check(z.meta({ description: "Valid once as `captchaToken`." })),
    expiresIn: z.int().check(z.meta({ description: "Seconds." })),
  }),
);

/** Verifies a captcha before the request that requires it. */
export function captchaRoutes(depsOf: DepsOf<CreateCaptchaProofDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(
    "/captcha/verify",
    describeRoute({
      operationId: "verifyCaptcha",
      summary: "Exchange a passed captcha for a proof",
      description:
        "The widget's action must be `prove`. A proof cannot be exchanged for another. " +
        "If captchas are off, the error is `not_found`.",
      tag: "Captcha",
      answer: proofCreated,
      failures: Object.values(captchaProofErrors),
    }),
    jsonBody(
      z.strictObject({ token: captchaTokenField.check(z.meta({ description: "The token of the widget." })) }),
    ),
    async (c) => {
      const { token } = c.req.valid("json");
      const result = await createCaptchaProof(depsOf(c), { token, ip: c.var.caller.ip });
      if (result.outcome !== "passed") return refuse(c, captchaProofErrors[result.outcome]);
      return respond(c, proofCreated, { humanProof: result.proof, expiresIn: result.expiresIn });
    },
  );
}
