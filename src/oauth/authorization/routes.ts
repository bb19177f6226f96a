import { Hono } from "hono";
import { readAtMost } from "../../core/read-at-most.ts";
import type { DepsOf } from "../../http/context.ts";
import { refuse } from "../../http/respond.ts";
import type { PageEnv } from "../../ui/page.ts";
import { loadAssets, type RenderPageDeps } from "../../ui/render-page.tsx";
import { OAUTH_PATHS } from "../endpoints.ts";
import { MAX_QUERY_LENGTH } from "./authorization-request.ts";

const MEDIA_TYPE = "application/x-www-form-urlencoded";

/**
 * POST /oauth/authorize (OpenID Connect Core §3.1.2.1): redirects to the same request by GET. A browser sends no Lax
 * cookies with a form of another site, but sends them with that redirect.
 */
export const authorizationRoutes = (depsOf: DepsOf<RenderPageDeps>): Hono<PageEnv> =>
  new Hono<PageEnv>().post(OAUTH_PATHS.authorize, async (c) => {
    await loadAssets(c, depsOf(c));
    if (c.var.rateLimitedFor !== undefined)
      return refuse(c, "rate_limited", { retryAfter: c.var.rateLimitedFor });
    const [mediaType = ""] = (c.req.header("Content-Type") ?? "").split(";");
    const body = await readAtMost(c.req.raw.body, 2 * MAX_QUERY_LENGTH);
    if (mediaType.trim().toLowerCase() !== MEDIA_TYPE || body === null) return refuse(c, "validation_failed");
    const query = new URLSearchParams(new TextDecoder().decode(body));
    return c.redirect(`${OAUTH_PATHS.authorize}?${query}`, 303);
  });
