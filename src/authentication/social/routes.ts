import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../../core/clock.ts";
import { setChallengeCookie } from "../../http/challenge-cookie.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { deviceCookie, presentedDeviceTokens } from "../../http/device-cookie.ts";
import { isTopLevelNavigation } from "../../http/is-top-level-navigation.ts";
import { describeRoute, documented } from "../../http/openapi-operation.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { oauthTransactionCookie, setOAuthTransactionCookie } from "../../http/session-cookies.ts";
import { jsonBody, pathParams, queryParams } from "../../http/validate-request.ts";
import { asksForAnswers, type SignUpFieldSettings } from "../../registration/sign-up-fields/read-answers.ts";
import { flashCookie } from "../../ui/page-cookies.ts";
import { COMPLETE_PATH } from "../../ui/redirect-after-sign-in.ts";
import { withReturnTarget } from "../../ui/return-target.ts";
import {
  prepareTokenResponse,
  replacedSession,
  respondWithTokens,
  secondFactorResponses,
  setSignInCookies,
  signInResponse,
} from "../token-response.ts";
import {
  callbackQuery,
  providerParam,
  providerSchema,
  providerTokenOf,
  startQuery,
  tokenBody,
} from "./fields.ts";
import { type CancelledCallback, type HandleCallbackDeps, handleCallback } from "./handle-callback.ts";
import { OAUTH_TRANSACTION_TTL_MS } from "./oauth-transaction.ts";
import { refuseRedirect, refuseSocialLogin } from "./render-failure.tsx";
import { type SignInWithTokenDeps, signInWithToken } from "./sign-in-with-token.ts";
import { type StartSocialSignInDeps, startSocialSignIn } from "./start-social-sign-in.ts";

const providerList = answer(200, undefined, z.array(providerSchema));

/** Failures of every sign-in after the provider has verified the identity. */
const signInFailures = ["account_deactivated", "too_many_attempts", "rate_limited", "conflict"] as const;
const providerFailures = [
  "not_found",
  "token_invalid",
  "unavailable",
  "email_not_verified",
  ...signInFailures,
] as const;

const signUpFailures = [
  "sign_up_closed",
  "domain_not_allowed",
  "disposable_address",
  "address_undeliverable",
] as const;

type Deps = StartSocialSignInDeps &
  HandleCallbackDeps &
  SignInWithTokenDeps &
  CsrfDeps & { readonly settings: SignUpFieldSettings };

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
        if (!isTopLevelNavigation(c)) return refuseRedirect(c, { reason: "not_a_navigation" });
        const result = await startSocialSignIn(depsOf(c), {
          ...c.req.valid("param"),
          ...c.req.valid("query"),
          binding: oauthTransactionCookie(c),
        });
        if (!result.ok) return refuseRedirect(c, result.error);
        setOAuthTransactionCookie(c, result.value.binding, OAUTH_TRANSACTION_TTL_MS / SECOND);
        return c.redirect(result.value.url, 302);
      },
    )
    .get(
      "/social/:provider/callback",
      documented(async (_c, next) => next(), {
        operationId: "finishSocialSignIn",
        summary: "Handle the redirect from a provider",
        description:
          "Redirects to `returnTo` with session cookies; to the code page if a second factor is required, and to the sign-in " +
          "page if the user has cancelled. Links the identity if the page of linked providers sent the request.",
        tag,
        redirect: "To `returnTo`",
        cookies: true,
        failures: [...providerFailures, ...signUpFailures, "validation_failed", "refresh_invalid"],
        query: callbackQuery,
      }),
      pathParams(providerParam),
      async (c) => {
        const deps = depsOf(c);
        const query = new URL(c.req.url).searchParams;
        const browser = {
          binding: oauthTransactionCookie(c),
          deviceTokens: deviceCookie(c),
          replaces: await replacedSession(c, deps),
          caller: c.var.caller,
        };
        const result = await handleCallback(deps, { ...c.req.valid("param"), query, ...browser });
        if (!result.ok) return refuseRedirect(c, result.error);
        const { value } = result;
        if (value.kind === "cancelled") return redirectCancelled(c, value);
        if (value.kind === "completed") {
          const { outcome } = value;
          if (outcome.kind === "second_factor_required") {
            await setChallengeCookie(c, deps, outcome.challengeId);
            return c.redirect(withReturnTarget("/sign-in/code", value.returnTo), 302);
          }
          setSignInCookies(c, outcome);
        }
        const asks = value.kind === "completed" && asksForAnswers(deps.settings);
        return c.redirect(asks ? withReturnTarget(COMPLETE_PATH, value.returnTo) : value.returnTo, 302);
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

/** Back to the page that has led to the provider (RFC 6749 §4.1.2.1: the user has not given access). */
function redirectCancelled(c: Context, { isSignIn, returnTo }: CancelledCallback): Response {
  flashCookie.write(c, "key=providerCancelled");
  return c.redirect(isSignIn ? withReturnTarget("/sign-in", returnTo) : returnTo, 302);
}
