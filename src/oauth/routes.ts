import { Hono } from "hono";
import {
  respondWithTokens,
  secondFactorResponses,
  signInResponse,
} from "../authentication/token-response.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import type { CsrfDeps } from "../http/csrf.ts";
import { describeRoute } from "../http/openapi-operation.ts";
import { refuse } from "../http/respond.ts";
import { deviceCookie } from "../http/session-cookies.ts";
import { jsonBody } from "../http/validate-request.ts";
import { chooseAppAudience } from "../sessions/audience.ts";
import { exchangeCodeErrors } from "./errors.ts";
import {
  type ExchangeAuthorizationCodeDeps,
  exchangeAuthorizationCode,
} from "./exchange-authorization-code.ts";
import { exchangeBody, INVALID_APP_AUDIENCE } from "./fields.ts";

/** The exchange of authorization codes by client applications. */
export const authorizationCodeRoutes = (
  depsOf: DepsOf<ExchangeAuthorizationCodeDeps & CsrfDeps>,
): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(
    "/exchange",
    describeRoute({
      operationId: "exchangeCode",
      summary: "Exchange an authorization code for tokens",
      description:
        "A code works once, within a minute and from the origin of its redirect; the response is that of `/login`. Its second " +
        "use ends the session that the first one opened. The session belongs to the app: it gets tokens for the app's " +
        "audience only, which this API does not accept. A code of " +
        "the sign-in page depends on the browser's session: it is invalid once that has ended, requires no second factor " +
        "again, and makes no device known.",
      tag: "Sessions",
      answer: signInResponse,
      alternatives: secondFactorResponses,
      failures: [...new Set(Object.values(exchangeCodeErrors))],
    }),
    jsonBody(exchangeBody),
    async (c) => {
      const deps = depsOf(c);
      const { audience: requested, ...input } = c.req.valid("json");
      const audience = chooseAppAudience(deps.settings, requested);
      if (audience === null) return refuse(c, "validation_failed", { fields: [INVALID_APP_AUDIENCE] });
      const deviceToken = input.deviceToken ?? deviceCookie(c);
      const client = { origin: c.req.header("Origin"), deviceToken, caller: c.var.caller };
      const result = await exchangeAuthorizationCode(deps, { ...input, audience, ...client });
      if (result.ok) return respondWithTokens(c, deps, result.value, "bearer");
      const { error } = result;
      const retryAfter = "retryAfter" in error ? error.retryAfter : undefined;
      return refuse(c, exchangeCodeErrors[error.reason], { retryAfter });
    },
  );
