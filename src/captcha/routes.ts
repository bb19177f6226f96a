import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { jsonBody } from "../http/input.ts";
import { describe } from "../http/operation.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { type CreateCaptchaProofDeps, createCaptchaProof } from "./create-captcha-proof.ts";
import { captchaProofErrors } from "./errors.ts";
import { captchaTokenField } from "./fields.ts";

const proved = answer(
  200,
  undefined,
  z.object({
    humanProof: z.string().check(z.meta({ description: "Good once, wherever `captchaToken` is asked for." })),
    expiresIn: z.int().check(z.meta({ description: "Seconds." })),
  }),
);

/** A captcha, passed ahead of the request that will ask for one. */
export function captchaRoutes(depsOf: DepsOf<CreateCaptchaProofDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(
    "/captcha/verify",
    describe({
      summary: "Trade a passed captcha for a proof",
      description:
        "The widget's action must be `prove`. A proof is not taken in trade for another. " +
        "Where captchas are off there is no such route: `not_found`.",
      tag: "Captcha",
      answer: proved,
      failures: Object.values(captchaProofErrors),
    }),
    jsonBody(
      z.strictObject({ token: captchaTokenField.check(z.meta({ description: "What the widget gave." })) }),
    ),
    async (c) => {
      const { token } = c.req.valid("json");
      const result = await createCaptchaProof(depsOf(c), { token, ip: c.var.caller.ip });
      if (result.outcome !== "passed") return refuse(c, captchaProofErrors[result.outcome]);
      return respond(c, proved, { humanProof: result.proof, expiresIn: result.expiresIn });
    },
  );
}
