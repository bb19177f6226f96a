import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { readOAuthForm } from "../oauth-form.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { type StartDeviceAuthorizationDeps, startDeviceAuthorization } from "./start-device-authorization.ts";

/** The device authorization endpoint (RFC 8628 §3.1). */
export const deviceAuthorizationRoutes = (depsOf: DepsOf<StartDeviceAuthorizationDeps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(OAUTH_PATHS.deviceAuthorization, async (c) => {
    const form = await readOAuthForm(c.req.raw);
    if (!form.ok) return refuseOAuth(c, form.error);
    const authorization = c.req.header("Authorization");
    const result = await startDeviceAuthorization(depsOf(c), { authorization, form: form.value });
    return result.ok ? c.json(result.value, 200, NO_STORE) : refuseOAuth(c, result.error);
  });
