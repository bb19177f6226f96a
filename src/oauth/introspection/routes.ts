import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { readOAuthForm } from "../oauth-form.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { type IntrospectTokenDeps, introspectToken } from "./introspect-token.ts";

/** The introspection endpoint (RFC 7662). */
export const introspectionRoutes = (depsOf: DepsOf<IntrospectTokenDeps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().post(OAUTH_PATHS.introspect, async (c) => {
    const form = await readOAuthForm(c.req.raw);
    if (!form.ok) return refuseOAuth(c, form.error);
    const credentials = { authorization: c.req.header("Authorization"), form: form.value };
    const introspection = await introspectToken(depsOf(c), credentials);
    return introspection.ok
      ? c.json(introspection.value, 200, NO_STORE)
      : refuseOAuth(c, introspection.error);
  });
