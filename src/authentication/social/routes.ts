import { Hono } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../../core/clock.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { jsonBody, pathParams, queryParams } from "../../http/input.ts";
import { isTopLevelNavigation } from "../../http/is-top-level-navigation.ts";
import { describe, documented } from "../../http/operation.ts";
import { answer, respond } from "../../http/respond.ts";
import {
  deviceCookie,
  oauthTransactionCookie,
  setOAuthTransactionCookie,
} from "../../http/session-cookies.ts";
import {
  loggedIn,
  prepareTokenResponse,
  respondWithTokens,
  secondFactor,
  setSignInCookies,
} from "../token-response.ts";
import { appTokenOf, callbackQuery, providerParam, providerSchema, startQuery, tokenBody } from "./fields.ts";
import { type HandleCallbackDeps, handleCallback } from "./handle-callback.ts";
import { OAUTH_TRANSACTION_TTL_MS } from "./oauth-transaction.ts";
import { type RenderMessage, refuseSocialLogin, renderSocialFailure } from "./render-failure.ts";
import { type SignInWithTokenDeps, signInWithToken } from "./sign-in-with-token.ts";
import { type StartSocialSignInDeps, startSocialSignIn } from "./start-sign-in.ts";

const providerList = answer(200, undefined, z.array(providerSchema));

/** What any sign-in may come to once it is known who it is. */
const entering = ["account_deactivated", "too_many_attempts", "rate_limited", "conflict"] as const;
const atProvider = ["not_found", "token_invalid", "unavailable", "email_not_verified", ...entering] as const;

type Deps = StartSocialSignInDeps & HandleCallbackDeps & SignInWithTokenDeps & CsrfDeps;

/** Sign-in at somebody else's: there and back by redirect, or by an app's token. */
export function socialRoutes(depsOf: DepsOf<Deps>, renderMessage: RenderMessage): Hono<HttpEnv> {
  const tag = "Social sign-in";
  return new Hono<HttpEnv>()
    .get("/social", describe({ summary: "The providers that are on", tag, answer: providerList }), (c) =>
      respond(
        c,
        providerList,
        Array.from(depsOf(c).socialProviders, ([id, { name }]) => ({ id, name })),
      ),
    )
    .get(
      "/social/:provider/start",
      documented(async (_c, next) => next(), {
        summary: "Send a browser to a provider to sign in",
        tag,
        redirect: "To the provider",
        cookies: true,
        failures: ["not_found", "validation_failed", "forbidden", "token_invalid", "unavailable"],
      }),
      pathParams(providerParam),
      queryParams(startQuery),
      async (c) => {
        if (!isTopLevelNavigation(c))
          return renderSocialFailure(c, { reason: "not_a_navigation" }, renderMessage);
        const result = await startSocialSignIn(depsOf(c), {
          ...c.req.valid("param"),
          ...c.req.valid("query"),
          binding: oauthTransactionCookie(c),
        });
        if (!result.ok) return renderSocialFailure(c, result.error, renderMessage);
        setOAuthTransactionCookie(c, result.value.binding, OAUTH_TRANSACTION_TTL_MS / SECOND);
        return c.redirect(result.value.url, 302);
      },
    )
    .get(
      "/social/:provider/callback",
      documented(async (_c, next) => next(), {
        summary: "Where a provider sends the browser back",
        description:
          "Goes on to `returnTo`: with cookies where that is a page of this service, else with a `code` to exchange; " +
          "with a `challengeId` where a second step is due. Links, where the page of linked providers sent it there.",
        tag,
        redirect: "To `returnTo`",
        cookies: true,
        failures: [...atProvider, "refresh_invalid"],
        query: callbackQuery,
      }),
      pathParams(providerParam),
      async (c) => {
        const query = new URL(c.req.url).searchParams;
        const from = {
          binding: oauthTransactionCookie(c),
          deviceToken: deviceCookie(c),
          caller: c.var.caller,
        };
        const result = await handleCallback(depsOf(c), { ...c.req.valid("param"), query, ...from });
        if (!result.ok) return renderSocialFailure(c, result.error, renderMessage);
        const { url, signedIn } = result.value;
        if (signedIn) setSignInCookies(c, signedIn);
        return c.redirect(url, 302);
      },
    )
    .post(
      "/social/:provider/token",
      describe({
        summary: "Sign in by a token that an app has from the provider",
        description:
          "The token must have been given to this service's own client. Nobody's session is looked at: " +
          "`POST /me/identities/{provider}` links.",
        tag,
        answer: loggedIn,
        cookies: true,
        alternatives: [secondFactor],
        failures: [...atProvider, "validation_failed", "csrf_failed"],
      }),
      pathParams(providerParam),
      jsonBody(tokenBody),
      async (c) => {
        const { transport, audience, ...input } = c.req.valid("json");
        const deps = await prepareTokenResponse(c, depsOf(c), { transport, audience });
        if (deps instanceof Response) return deps;
        const result = await signInWithToken(deps, {
          ...c.req.valid("param"),
          token: appTokenOf(input),
          deviceToken: input.deviceToken ?? deviceCookie(c),
          caller: c.var.caller,
        });
        return result.ok
          ? respondWithTokens(c, deps, result.value, transport)
          : refuseSocialLogin(c, result.error);
      },
    );
}
