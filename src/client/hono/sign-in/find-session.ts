import type { Context } from "hono";
import { refreshTokens } from "../../oauth/refresh-tokens.ts";
import type { VerifyResult } from "../../session.ts";
import type { StrictVerifier, Verifier } from "../../verifier.ts";
import { throwIfMisconfigured } from "../throw-if-misconfigured.ts";
import { type OpenApp, verifierOf } from "./app.ts";
import { requestHeaders } from "./request-headers.ts";
import { throwConfigurationError } from "./throw-configuration-error.ts";

/**
 * Verifies the session in the app's cookies. When the access token has expired, the refresh token is exchanged for new
 * tokens. Concurrent requests may all do so: within ten seconds each gets the same successor.
 */
export async function findSession(
  c: Context,
  open: OpenApp,
  options: { readonly strict?: boolean },
): Promise<VerifyResult> {
  const { app, cookies } = open;
  const access = cookies.access.read();
  const refreshToken = cookies.refresh.read();
  if (access === undefined && refreshToken === undefined) return ENDED;
  const verify = await verification(open, options);
  const verified = access === undefined ? null : await verify(access);
  if (verified?.ok || verified?.reason === "unavailable") return verified;
  if (verified) throwIfMisconfigured(verified.reason);
  if (refreshToken === undefined) return verified ?? ENDED;
  const refreshed = await refreshTokens(app, refreshToken, requestHeaders(c));
  if (refreshed.ok) {
    cookies.set(refreshed);
    return verify(refreshed.accessToken);
  }
  throwConfigurationError(refreshed);
  if (refreshed.reason === "unavailable") return UNAVAILABLE;
  cookies.clear();
  return ENDED;
}

const ENDED = { ok: false, reason: "session_ended" } as const;
const UNAVAILABLE = { ok: false, reason: "unavailable" } as const;

/**
 * Verifies the access token of a new session. A browser would be redirected in a loop if it signed in with a token
 * that no page accepts.
 */
export async function requireAcceptedToken(open: OpenApp, token: string): Promise<void> {
  const verify = await verification(open, {});
  const result = await verify(token);
  if (result.ok || result.reason === "unavailable" || result.reason === "session_ended") return;
  throw new Error(
    `The access token of the app was refused: ${result.reason}. Compare resource with the client's registration, and with the audience of the verifier.`,
  );
}

/** Verifies a token of this client whose session has not ended. */
async function verification(open: OpenApp, { strict = false }: { readonly strict?: boolean }) {
  const { app } = open;
  const verifier: Verifier | StrictVerifier | null = await verifierOf(open).catch(() => null);
  return async (token: string): Promise<VerifyResult> => {
    if (!verifier) return UNAVAILABLE;
    const result = await ("canBeStrict" in verifier
      ? verifier.verify(token, { strict })
      : verifier.verify(token));
    if (!result.ok) return result;
    // A token of another client of the same resource is no session of this app.
    const { clientId = app.clientId } = result.session;
    if (clientId !== app.clientId) return { ok: false, reason: "token_invalid" };
    return (await app.logoutStore?.hasEnded(result.session)) ? ENDED : result;
  };
}
