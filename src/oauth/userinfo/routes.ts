import { type Context, Hono } from "hono";
import { err, ok, type Result } from "../../core/result.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import type { OAuthError } from "../oauth-error.ts";
import { readOAuthForm } from "../oauth-form.ts";
import { NO_STORE, refuseOAuth } from "../oauth-response.ts";
import { type ReadUserinfoDeps, readUserinfo } from "./read-userinfo.ts";

/** The userinfo endpoint (OpenID Connect Core §5.3). It reads neither cookies nor the query. */
export function userinfoRoutes(depsOf: DepsOf<ReadUserinfoDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().on(["GET", "POST"], OAUTH_PATHS.userinfo, async (c) => {
    const token = await bearerTokenOf(c);
    if (!token.ok) return refuseOAuth(c, token.error);
    // RFC 6750 §3.1: without credentials the challenge names no error.
    if (token.value === null) return refuseOAuth(c, MISSING, { headers: { "WWW-Authenticate": "Bearer" } });
    const userinfo = await readUserinfo(depsOf(c), token.value);
    if (!userinfo.ok)
      return refuseOAuth(c, userinfo.error, {
        headers: { "WWW-Authenticate": `Bearer error="${userinfo.error.error}"` },
      });
    c.set("actorId", userinfo.value.accountId);
    return c.json(userinfo.value.claims, 200, NO_STORE);
  });
}

const MISSING: OAuthError = { error: "invalid_token", description: "An access token is required." };

/** RFC 6750 §2.1 and §2.2: the token of the Authorization header, or of the form of a POST; not of both. */
async function bearerTokenOf(c: Context): Promise<Result<string | null, OAuthError>> {
  const header = c.req.header("Authorization");
  const isForm = c.req.method === "POST" && c.req.header("Content-Type") !== undefined;
  const form = isForm ? await readOAuthForm(c.req.raw) : null;
  if (form && !form.ok) return form;
  const inForm = form?.value.get("access_token");
  if (header === undefined) return ok(inForm ?? null);
  if (inForm !== undefined)
    return err({ error: "invalid_request", description: "The request has more than one access token." });
  const [, token = null] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header) ?? [];
  return ok(token);
}
