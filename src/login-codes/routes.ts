import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import type { CsrfDeps } from "../http/csrf.ts";
import { jsonBody } from "../http/input.ts";
import { isDescribed } from "../http/is-described.ts";
import { describe } from "../http/operation.ts";
import { refuse } from "../http/respond.ts";
import { deviceCookie } from "../http/session-cookies.ts";
import { loggedIn, secondStep, toWelcome, welcome } from "../sign-in/present-sign-in.ts";
import { type ExchangeCodeDeps, exchangeCode } from "./exchange-code.ts";
import { exchangeFailures } from "./failures.ts";
import { exchangeBody } from "./fields.ts";

/** Where apps on other origins trade what a redirect brought them. */
export const loginCodeRoutes = (depsOf: DepsOf<ExchangeCodeDeps & CsrfDeps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(
    "/exchange",
    describe(
      isDescribed && {
        summary: "Exchange the code of a redirect for what `/login` gives",
        description:
          "Once, within a minute, and from the origin that it was sent to. A code of the sign-in page goes with that page's " +
          "session: it is dead when that has ended, and asks for no second step again. It makes no device known.",
        tag: "Sessions",
        answer: loggedIn,
        cookies: true,
        alternatives: [secondStep],
        failures: [...new Set(Object.values(exchangeFailures)), "csrf_failed"],
      },
    ),
    jsonBody(exchangeBody),
    async (c) => {
      const { transport, audience, ...input } = c.req.valid("json");
      const deps = await toWelcome(c, depsOf(c), { transport, audience });
      if (deps instanceof Response) return deps;
      const deviceToken = input.deviceToken ?? deviceCookie(c);
      const from = { origin: c.req.header("Origin"), deviceToken, caller: c.var.caller };
      const result = await exchangeCode(deps, { ...input, ...from });
      if (result.ok) return welcome(c, deps, result.value, transport);
      const { error } = result;
      const retryAfter = "retryAfter" in error ? error.retryAfter : undefined;
      return refuse(c, exchangeFailures[error.reason], { retryAfter });
    },
  );
