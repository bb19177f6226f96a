import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { readOAuthForm } from "../oauth-form.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { type RevokeTokenDeps, revokeToken } from "./revoke-token.ts";

/** The revocation endpoint (RFC 7009). */
export const revocationRoutes = (depsOf: DepsOf<RevokeTokenDeps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(OAUTH_PATHS.revoke, async (c) => {
    const form = await readOAuthForm(c.req.raw);
    if (!form.ok) return refuseOAuth(c, form.error);
    const authorization = c.req.header("Authorization");
    const revoked = await revokeToken(depsOf(c), { authorization, form: form.value, caller: c.var.caller });
    return revoked.ok ? c.body(null, 200, NO_STORE) : refuseOAuth(c, revoked.error);
  });
