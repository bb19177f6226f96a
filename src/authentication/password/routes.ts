import { Hono } from "hono";
import * as z from "zod/mini";
import { emailField, passwordField, usernameField } from "../../accounts/fields.ts";
import { captchaTokenField } from "../../captcha/fields.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { FieldProblem } from "../../core/error-codes.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { presentedDeviceTokens } from "../../http/device-cookie.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { refuse } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { audienceField } from "../../sessions/fields.ts";
import { deviceTokenField, rememberMeField, transportField } from "../fields.ts";
import {
  prepareTokenResponse,
  respondWithTokens,
  secondFactorResponses,
  signInResponse,
} from "../token-response.ts";
import { passwordErrors } from "./errors.ts";
import type { SignInName } from "./sign-in-name.ts";
import { type StartLoginDeps, startLogin } from "./start-login.ts";

/** Also for an address without an account. */
const RESET_REQUIRED =
  "Too many failed attempts. Reset the password, or use a device that has signed in before.";

type SignInNameSettings = { readonly canSignInByUsername: boolean };

type Deps = StartLoginDeps & CsrfDeps & { readonly settings: SignInNameSettings };

/** Sign-in by password. */
export function passwordRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(
    "/login",
    describeRoute({
      operationId: "logIn",
      summary: "Sign in by password",
      description:
        "Returns tokens (with the transport `cookie`: cookies), or a challenge if a second factor is required. " +
        "Send either `email` or, if the service allows it (`USERNAME_SIGN_IN`), `username`. " +
        "Send the `deviceToken` of an earlier sign-in, so that this device is known.",
      tag: "Sessions",
      answer: signInResponse,
      cookies: true,
      alternatives: secondFactorResponses,
      failures: [
        passwordErrors.no_such_account,
        passwordErrors.email_not_verified,
        passwordErrors.account_deactivated,
        passwordErrors.captcha_required,
        passwordErrors.captcha_failed,
        passwordErrors.locked,
        passwordErrors.send_cap,
        "csrf_failed",
        "not_found",
      ],
    }),
    jsonBody(
      z.strictObject({
        email: z.optional(emailField),
        username: z.optional(usernameField),
        password: passwordField,
        rememberMe: z.optional(rememberMeField),
        captchaToken: z.optional(captchaTokenField),
        deviceToken: z.optional(deviceTokenField),
        transport: z.optional(transportField),
        audience: z.optional(audienceField),
      }),
    ),
    async (c) => {
      const deps = depsOf(c);
      const { transport, audience: requested, email, username, ...input } = c.req.valid("json");
      const name = signInNameOf({ email, username }, deps.settings);
      if ("problem" in name) return refuse(c, "validation_failed", { fields: [name.problem] });
      const prepared = await prepareTokenResponse(c, deps, { transport, audience: requested });
      if (!prepared.ok) return refuse(c, prepared.code, prepared.details);
      const { audience, replaces } = prepared;
      const deviceTokens = presentedDeviceTokens(c, input.deviceToken);
      const client = { deviceTokens, replaces, caller: c.var.caller };
      const result = await startLogin(deps, { ...input, name, audience, ...client });
      if (result.ok) return respondWithTokens(c, deps, result.value, transport);
      const { error } = result;
      return refuse(c, passwordErrors[error.reason], {
        message: error.reason === "reset_required" ? RESET_REQUIRED : undefined,
        retryAfter: "retryAfter" in error ? error.retryAfter : undefined,
      });
    },
  );
}

type Typed = { readonly email?: EmailAddress; readonly username?: string };

/** The name of a sign-in: exactly one of the two. */
function signInNameOf(
  { email, username }: Typed,
  { canSignInByUsername }: SignInNameSettings,
): SignInName | { readonly problem: FieldProblem } {
  if (username !== undefined && !canSignInByUsername) {
    return { problem: { path: "username", message: "Sign-in by username is turned off." } };
  }
  if (email !== undefined && username !== undefined) {
    return { problem: { path: "username", message: "Must not be sent together with an email address." } };
  }
  if (email !== undefined) return { email };
  return username === undefined
    ? { problem: { path: "email", message: "Must be an email address." } }
    : { username };
}
