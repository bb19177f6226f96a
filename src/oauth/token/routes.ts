import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { readOAuthForm } from "../oauth-form.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { type RequestTokensDeps, requestTokens } from "./request-tokens.ts";

/** The token endpoint. */
export const tokenRoutes = (depsOf: DepsOf<RequestTokensDeps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(OAUTH_PATHS.token, async (c) => {
    const form = await readOAuthForm(c.req.raw);
    if (!form.ok) return refuseOAuth(c, form.error);
    const authorization = c.req.header("Authorization");
    const tokens = await requestTokens(depsOf(c), { authorization, form: form.value, caller: c.var.caller });
    return tokens.ok ? c.json(tokens.value, 200, NO_STORE) : refuseOAuth(c, tokens.error);
  });
