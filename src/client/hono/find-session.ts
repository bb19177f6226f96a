import type { Context } from "hono";
import { overBinding } from "../binding-verifier.ts";
import { callService } from "../call-service.ts";
import type { VerifyResult } from "../session.ts";
import type { OpenApp } from "./app.ts";
import { clientOf } from "./caller.ts";
import { isTokenResponse } from "./is-token-response.ts";
import { throwIfMisconfigured } from "./throw-if-misconfigured.ts";

/**
 * Verifies the session in the app's cookies. When the access token has expired, the refresh token is exchanged
 * for new tokens. Concurrent requests may all do so: within 10 seconds each gets the same successor.
 */
export async function findSession(
  c: Context,
  { app, cookies }: OpenApp,
  options: { readonly strict?: boolean },
): Promise<VerifyResult> {
  const { verify } = overBinding(app);
  const access = cookies.access.read();
  const verified = access === undefined ? null : await verify(access, options);
  if (verified?.ok || verified?.reason === "unavailable") return verified;
  if (verified) throwIfMisconfigured(verified.reason);
  const refreshToken = cookies.refresh.read();
  if (refreshToken === undefined) return verified ?? ENDED;
  const refreshed = await callService(
    () => app.binding.refreshSession({ refreshToken, client: clientOf(c), audience: app.audience }),
    isTokenResponse,
  );
  if (refreshed.ok) {
    cookies.set(refreshed);
    return verify(refreshed.token, options);
  }
  throwIfMisconfigured(refreshed.reason);
  if (refreshed.reason !== "refresh_invalid") return { ok: false, reason: "unavailable" };
  cookies.clear();
  return ENDED;
}

const ENDED = { ok: false, reason: "session_ended" } as const;
