import type { Caller } from "../core/caller.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { NewSession } from "./session.ts";

export type NewSessionDeps = {
  readonly clock: Clock;
  readonly settings: { readonly refreshIdleTtl: number; readonly refreshMaxTtl: number };
};

type NewSessionInput = {
  /** The methods of the authentication that has just succeeded. */
  readonly amr: readonly string[];
  /** The audience of its first access token. */
  readonly audience: string;
  readonly caller: Caller;
  readonly deviceId: string;
  /** The instant (ms) of the authentication, if it was earlier. */
  readonly authenticatedAt?: number | undefined;
};

/** A new session, ready to be stored. The batch that stores it adds the account. */
export function newSession(
  deps: NewSessionDeps,
  { amr, audience, caller, deviceId, authenticatedAt }: NewSessionInput,
): Omit<NewSession, "accountId"> {
  const now = deps.clock.now();
  const { refreshIdleTtl, refreshMaxTtl } = deps.settings;
  return {
    id: newId(),
    amr,
    ip: caller.ip,
    userAgent: caller.userAgent,
    createdAt: now,
    idleExpiresAt: now + Math.min(refreshIdleTtl, refreshMaxTtl) * SECOND,
    expiresAt: now + refreshMaxTtl * SECOND,
    authTime: Math.min(authenticatedAt ?? now, now),
    audience,
    deviceId,
  };
}
