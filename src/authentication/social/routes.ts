import { Hono } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../../core/clock.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { presentedDeviceTokens } from "../../http/device-cookie.ts";
import { isTopLevelNavigation } from "../../http/is-top-level-navigation.ts";
import { describeRoute, documented } from "../../http/openapi-operation.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { oauthTransactionCookie, setOAuthTransactionCookie } from "../../http/session-cookies.ts";
import { jsonBody, pathParams, queryParams } from "../../http/validate-request.ts";
import {
  prepareTokenResponse,
  respondWithTokens,
  secondFactorResponses,
  signInResponse,
} from "../token-response.ts";
import { providerFailures, signUpFailures } from "./errors.ts";
import { providerParam, providerSchema, providerTokenOf, startQuery, tokenBody } from "./fields.ts";
import { OAUTH_TRANSACTION_TTL_MS } from "./oauth-transaction.ts";
import { refuseRedirect, refuseSocialLogin } from "./render-failure.tsx";
import { type SignInWithTokenDeps, signInWithToken } from "./sign-in-with-token.ts";
import { type StartSocialSignInDeps, startSocialSignIn } from "./start-social-sign-in.ts";

const providerList = answer(200, undefined, z.array(providerSchema));

type Deps = StartSocialSignInDeps & SignInWithTokenDeps & CsrfDeps;

/** Social login: by redirect to the provider, or with a token that a client application got from it. */
export function socialRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Social sign-in";
  return new Hono<HttpEnv>()
    .get(
      "/social",
      describeRoute({
        operationId: "listProviders",
        summary: "List the configured providers",
        tag,
        answer: providerList,
      }),
      (c) =>
        respond(
          c,
          providerList,
          Array.from(depsOf(c).socialProviders, ([id, { name }]) => ({ id, name })),
        ),
    )
    .get(
      "/social/:provider/start",
      documented(async (_c, next) => next(), {
        operationId: "startSocialSignIn",
        summary: "Redirect the browser to a provider to sign in",
        tag,
        redirect: "To the provider's authorization endpoint",
        cookies: true,
        failures: ["not_found", "validation_failed", "forbidden", "token_invalid", "unavailable"],
      }),
      pathParams(providerParam),
      queryParams(startQuery),
      async (c) => {
        const { provider } = c.req.valid("param");
        if (!isTopLevelNavigation(c)) return refuseRedirect(c, { reason: "not_a_navigation" });
        const result = await startSocialSignIn(depsOf(c), {
          provider,
          ...c.req.valid("query"),
          binding: oauthTransactionCookie(c),
        });
        if (!result.ok) return refuseRedirect(c, result.error, depsOf(c).socialProviders.get(provider)?.name);
        setOAuthTransactionCookie(c, result.value.binding, OAUTH_TRANSACTION_TTL_MS / SECOND);
        return c.redirect(result.value.url, 302);
      },
    )
    .post(
      "/social/:provider/token",
      describeRoute({
        operationId: "signInByProviderToken",
        summary: "Sign in with a token from the provider",
        description:
          "The provider must have issued the token to this service's client. The request ignores a session of the caller: " +
          "`POST /me/identities/{provider}` links an identity.",
        tag,
        answer: signInResponse,
        cookies: true,
        alternatives: secondFactorResponses,
        failures: [...providerFailures, ...signUpFailures, "validation_failed", "csrf_failed"],
      }),
      pathParams(providerParam),
      jsonBody(tokenBody),
      async (c) => {
        const deps = depsOf(c);
        const { transport, audience: requested, ...input } = c.req.valid("json");
        const prepared = await prepareTokenResponse(c, deps, { transport, audience: requested });
        if (!prepared.ok) return refuse(c, prepared.code, prepared.details);
        const { audience, replaces } = prepared;
        const result = await signInWithToken(deps, {
          ...c.req.valid("param"),
          token: providerTokenOf(input),
          deviceTokens: presentedDeviceTokens(c, input.deviceToken),
          audience,
          replaces,
          caller: c.var.caller,
        });
        return result.ok
          ? respondWithTokens(c, deps, result.value, transport)
          : refuseSocialLogin(c, result.error);
      },
    );
}
