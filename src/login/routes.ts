import { Hono } from "hono";
import { z } from "zod";
import { emailField, passwordField } from "../accounts/fields.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { jsonBody } from "../http/input.ts";
import { describe } from "../http/operation.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { tokensShape } from "../sessions/fields.ts";
import { loginFailures } from "./failures.ts";
import { type StartLoginDeps, startLogin } from "./start-login.ts";

const loggedIn = answer(
  200,
  "Login successful",
  z.object({
    ...tokensShape,
    user: z.object({
      id: z.uuid(),
      name: z.string(),
      email: z.string(),
      isVerified: z.boolean(),
      role: z.enum(["user", "admin", "superuser"]),
    }),
  }),
);

/** Sign-in by password. */
export function loginRoutes(depsOf: DepsOf<StartLoginDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(
    "/login",
    describe({
      summary: "Sign in by password",
      tag: "Sessions",
      answer: loggedIn,
      failures: [...new Set(Object.values(loginFailures))],
    }),
    jsonBody(
      z.strictObject({
        email: emailField,
        password: passwordField,
        transport: z.literal("bearer").optional().meta({ description: "How the tokens travel." }),
      }),
    ),
    async (c) => {
      const { email, password } = c.req.valid("json");
      const result = await startLogin(depsOf(c), { email, password, caller: c.var.caller });
      if (!result.ok) return refuse(c, loginFailures[result.error.reason]);
      const { tokens, account } = result.value;
      const { id, name, role } = account;
      const isVerified = account.emailVerifiedAt !== null;
      return respond(c, loggedIn, { ...tokens, user: { id, name, email: account.email, isVerified, role } });
    },
  );
}
