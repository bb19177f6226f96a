import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "./refresh-token.ts";
import { FIRST_PARTY_CLIENT } from "./session.ts";

export type SignOutDeps = AccessTokenDeps &
  RefreshTokenDeps &
  EndSessionDeps & {
    readonly knownDevices: { forgetOfSession(forgetting: SessionDevice): Promise<string | null> };
  };

type SessionDevice = {
  readonly sessionId: string;
  readonly accountId: string;
  readonly audit: NewAuditEvent;
};

type SignOutInput = {
  /** The access token, or the refresh token of a browser whose access cookie has expired. */
  readonly kind: "access" | "refresh";
  readonly token: string;
  /** The user does not want to be remembered on this device. */
  readonly forgetsDevice?: boolean;
  readonly caller: Caller;
};

/**
 * Ends the session of the token. Idempotent. An expired access token is accepted: otherwise a late click would
 * leave the session open to its refresh token. Returns the account of the session, and the device that was forgotten.
 */
export async function signOut(
  deps: SignOutDeps,
  input: SignOutInput,
): Promise<
  Result<{ readonly accountId: string; readonly forgottenDeviceId: string | null }, "token_unusable">
> {
  const claims = await verifyPresentedToken(deps, input);
  if (!claims) return err("token_unusable");
  const { sessionId, accountId } = claims;
  await endSession(deps, {
    sessionId,
    accountId,
    event: { type: "signed_out", details: { sessionId } },
    actorId: accountId,
    caller: input.caller,
  });
  if (!input.forgetsDevice) return ok({ accountId, forgottenDeviceId: null });
  // The store completes the details.
  const event = { type: "device_forgotten", details: { deviceId: "" } } as const;
  const audit = newAuditEvent(deps, event, input.caller, accountId);
  const forgottenDeviceId = await deps.knownDevices.forgetOfSession({ sessionId, accountId, audit });
  return ok({ accountId, forgottenDeviceId });
}

/** An OAuth client ends its own sessions at the revocation endpoint, and no API of this service takes its tokens. */
async function verifyPresentedToken(deps: SignOutDeps, { kind, token }: SignOutInput) {
  if (kind === "refresh") {
    const refresh = await verifyRefreshToken(deps, token);
    return refresh.ok ? refresh.value : null;
  }
  const access = await verifyAccessToken(deps, token, { ignoreExpiry: true });
  // An OAuth client revokes its tokens at /oauth/revoke.
  return access.ok && access.value.clientId === FIRST_PARTY_CLIENT ? access.value : null;
}
