import type { Context } from "hono";
import { verifyLogoutToken } from "../../oauth/logout-token.ts";
import type { OpenApp } from "./app.ts";

/**
 * Receives a back-channel logout request (OpenID Connect Back-Channel Logout 1.0 §2.5). Gatehouse retries a request
 * that is answered with 503.
 */
export async function receiveLogout(c: Context, { app }: OpenApp): Promise<Response> {
  c.header("Cache-Control", "no-store");
  if (!app.logoutStore) return c.notFound();
  const { logout_token: token } = await c.req.parseBody().catch(() => ({ logout_token: undefined }));
  const verified = typeof token === "string" ? await verifyLogoutToken(app, token) : INVALID;
  if (!verified.ok) {
    return verified.reason === "invalid" ? c.json({ error: "invalid_request" }, 400) : c.body(null, 503);
  }
  await app.logoutStore.end(verified.event);
  return c.body(null, 200);
}

const INVALID = { ok: false, reason: "invalid" } as const;
