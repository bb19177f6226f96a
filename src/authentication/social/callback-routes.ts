import { type Context, Hono } from "hono";
import { err, type Result } from "../../core/result.ts";
import { setChallengeCookie } from "../../http/challenge-cookie.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { CsrfDeps } from "../../http/csrf.ts";
import { deviceCookie } from "../../http/device-cookie.ts";
import { documented } from "../../http/openapi-operation.ts";
import { oauthTransactionCookie } from "../../http/session-cookies.ts";
import { pathParams } from "../../http/validate-request.ts";
import { asksForAnswers, type SignUpFieldSettings } from "../../registration/sign-up-fields/read-answers.ts";
import { readForm } from "../../ui/read-form.ts";
import { COMPLETE_PATH } from "../../ui/redirect-after-sign-in.ts";
import { writeFlash } from "../../ui/redirect-with-flash.ts";
import { withReturnTarget } from "../../ui/return-target.ts";
import { replacedSession, setSignInCookies } from "../token-response.ts";
import { RESPONSE_HANDLE, responseParameters } from "./authorization-parameters.ts";
import { providerFailures, type SocialFailure, signUpFailures } from "./errors.ts";
import { postedFields, providerParam, redirectQuery } from "./fields.ts";
import { type CancelledCallback, type HandleCallbackDeps, handleCallback } from "./handle-callback.ts";
import { type ReceivePostedCallbackDeps, receivePostedCallback } from "./receive-posted-callback.ts";
import { refuseRedirect } from "./render-failure.tsx";

type Deps = HandleCallbackDeps &
  ReceivePostedCallbackDeps &
  CsrfDeps & { readonly settings: SignUpFieldSettings };

/** The redirect from a provider, or the form that its page posts. */
export function socialCallbackRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Social sign-in";
  return new Hono<HttpEnv>()
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
        query: redirectQuery,
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
        const { provider } = c.req.valid("param");
        const result = await handleCallback(deps, { provider, query, ...browser });
        if (!result.ok) return refuseRedirect(c, result.error, deps.socialProviders.get(provider)?.name);
        const { value } = result;
        if (value.kind === "cancelled") return redirectCancelled(c, value);
        if (value.kind === "completed") {
          const { outcome } = value;
          if (outcome.kind === "second_factor_required") {
            await setChallengeCookie(c, deps, outcome.challengeId);
            return redirectToPage(c, withReturnTarget("/sign-in/code", value.returnTo));
          }
          setSignInCookies(c, outcome);
        }
        const asks = value.kind === "completed" && asksForAnswers(deps.settings);
        return redirectToPage(c, asks ? withReturnTarget(COMPLETE_PATH, value.returnTo) : value.returnTo);
      },
    )
    .post(
      "/social/:provider/callback",
      documented(async (_c, next) => next(), {
        operationId: "receiveSocialResponse",
        summary: "Receive the response that a provider's page posts",
        description:
          "For a provider with the response mode `form_post`, such as Apple. The browser sends no cookie with it, so the " +
          "redirect leads to `GET` of the same path, which handles the response.",
        tag,
        redirect: "To `GET` of the same path, with a handle of the response",
        redirectStatus: 303,
        failures: ["not_found", "token_invalid"],
        form: postedFields,
      }),
      pathParams(providerParam),
      async (c) => {
        const deps = depsOf(c);
        const { provider } = c.req.valid("param");
        const form = await readForm(c.req.raw);
        const result: Result<{ readonly handle: string }, SocialFailure> = form
          ? await receivePostedCallback(deps, { provider, response: responseParameters(form.text) })
          : err({ reason: "provider_refused" });
        if (!result.ok) return refuseRedirect(c, result.error, deps.socialProviders.get(provider)?.name);
        const query = new URLSearchParams({ [RESPONSE_HANDLE]: result.value.handle });
        return c.redirect(`${c.req.path}?${query}`, 303);
      },
    );
}

/** Back to the page that has led to the provider (RFC 6749 §4.1.2.1: the user has not given access). */
function redirectCancelled(c: Context, { isSignIn, returnTo }: CancelledCallback): Response {
  writeFlash(c, "providerCancelled");
  return redirectToPage(c, isSignIn ? withReturnTarget("/sign-in", returnTo) : returnTo);
}

/**
 * Redirects with an empty fragment. Without one the browser keeps that of the callback, such as `#_=_` of Facebook, on
 * this page and every page that follows (RFC 9110 §10.2.2).
 */
const redirectToPage = (c: Context, path: string): Response => c.redirect(`${path}#`, 302);
