import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import type { CsrfDeps } from "../http/csrf.ts";
import { jsonBody, pathParams, queryParams } from "../http/input.ts";
import { isDescribed } from "../http/is-described.ts";
import { isVisit } from "../http/is-visit.ts";
import { describe, documented } from "../http/operation.ts";
import { answer, respond } from "../http/respond.ts";
import { deviceCookie, roundCookie, setRoundCookie } from "../http/session-cookies.ts";
import { SECOND } from "../kernel/clock.ts";
import { keepInCookies, loggedIn, secondStep, toWelcome, welcome } from "../sign-in/present-sign-in.ts";
import { appTokenOf, callbackQuery, providerParam, providerSchema, startQuery, tokenBody } from "./fields.ts";
import { type FinishSocialDeps, finishSocial } from "./finish-social.ts";
import { refuseSocial, type ShowNote, turnAway } from "./present-failure.ts";
import { ROUND_LIFE } from "./round.ts";
import { type SignInByTokenDeps, signInByToken } from "./sign-in-by-token.ts";
import { type StartSocialDeps, startSocial } from "./start-social.ts";

const providerList = answer(200, undefined, z.array(providerSchema));

/** What any sign-in may come to once it is known who it is. */
const entering = ["account_deactivated", "too_many_attempts", "rate_limited", "conflict"] as const;
const atProvider = ["not_found", "token_invalid", "unavailable", "email_not_verified", ...entering] as const;

type Deps = StartSocialDeps & FinishSocialDeps & SignInByTokenDeps & CsrfDeps;

/** Sign-in at somebody else's: there and back by redirect, or by an app's token. */
export function socialRoutes(depsOf: DepsOf<Deps>, showNote: ShowNote): Hono<HttpEnv> {
  const tag = "Social sign-in";
  return new Hono<HttpEnv>()
    .get(
      "/social",
      describe(isDescribed && { summary: "The providers that are on", tag, answer: providerList }),
      (c) =>
        respond(
          c,
          providerList,
          Array.from(depsOf(c).socialProviders, ([id, { name }]) => ({ id, name })),
        ),
    )
    .get(
      "/social/:provider/start",
      documented(
        async (_c, next) => next(),
        isDescribed && {
          summary: "Send a browser to a provider to sign in",
          tag,
          redirect: "To the provider",
          cookies: true,
          failures: ["not_found", "validation_failed", "forbidden", "token_invalid", "unavailable"],
        },
      ),
      pathParams(providerParam),
      queryParams(startQuery),
      async (c) => {
        if (!isVisit(c)) return turnAway(c, { reason: "no_visit" }, showNote);
        const result = await startSocial(depsOf(c), {
          ...c.req.valid("param"),
          ...c.req.valid("query"),
          binding: roundCookie(c),
        });
        if (!result.ok) return turnAway(c, result.error, showNote);
        setRoundCookie(c, result.value.binding, ROUND_LIFE / SECOND);
        return c.redirect(result.value.url, 302);
      },
    )
    .get(
      "/social/:provider/callback",
      documented(
        async (_c, next) => next(),
        isDescribed && {
          summary: "Where a provider sends the browser back",
          description:
            "Goes on to `returnTo`: with cookies where that is a page of this service, else with a `code` to exchange; " +
            "with a `challengeId` where a second step is due. Links, where the page of linked providers sent it there.",
          tag,
          redirect: "To `returnTo`",
          cookies: true,
          failures: [...atProvider, "refresh_invalid"],
          query: callbackQuery,
        },
      ),
      pathParams(providerParam),
      async (c) => {
        const query = new URL(c.req.url).searchParams;
        const from = { binding: roundCookie(c), deviceToken: deviceCookie(c), caller: c.var.caller };
        const result = await finishSocial(depsOf(c), { ...c.req.valid("param"), query, ...from });
        if (!result.ok) return turnAway(c, result.error, showNote);
        const { url, signedIn } = result.value;
        if (signedIn) keepInCookies(c, signedIn);
        return c.redirect(url, 302);
      },
    )
    .post(
      "/social/:provider/token",
      describe(
        isDescribed && {
          summary: "Sign in by a token that an app has from the provider",
          description:
            "The token must have been given to this service's own client. Nobody's session is looked at: " +
            "`POST /me/identities/{provider}` links.",
          tag,
          answer: loggedIn,
          cookies: true,
          alternatives: [secondStep],
          failures: [...atProvider, "validation_failed", "csrf_failed"],
        },
      ),
      pathParams(providerParam),
      jsonBody(tokenBody),
      async (c) => {
        const { transport, audience, ...input } = c.req.valid("json");
        const deps = await toWelcome(c, depsOf(c), { transport, audience });
        if (deps instanceof Response) return deps;
        const result = await signInByToken(deps, {
          ...c.req.valid("param"),
          token: appTokenOf(input),
          deviceToken: input.deviceToken ?? deviceCookie(c),
          caller: c.var.caller,
        });
        return result.ok ? welcome(c, deps, result.value, transport) : refuseSocial(c, result.error);
      },
    );
}
