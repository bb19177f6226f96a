import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { readOAuthForm } from "../oauth-form.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { type PushRequestDeps, pushRequest } from "./push-request.ts";

/** POST /oauth/par: pushed authorization requests (RFC 9126). */
export const pushedRequestRoutes = (depsOf: DepsOf<PushRequestDeps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(OAUTH_PATHS.par, async (c) => {
    const form = await readOAuthForm(c.req.raw);
    if (!form.ok) return refuseOAuth(c, form.error);
    const authorization = c.req.header("Authorization");
    const pushed = await pushRequest(depsOf(c), { authorization, form: form.value });
    if (!pushed.ok) return refuseOAuth(c, pushed.error);
    const { requestUri, expiresIn } = pushed.value;
    return c.json({ request_uri: requestUri, expires_in: expiresIn }, 201, NO_STORE);
  });
