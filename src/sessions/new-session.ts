import type { Caller } from "../core/caller.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { ownAudience } from "./audience.ts";
import { MAX_BROWSER_SESSION_IDLE } from "./refresh-rules.ts";
import type { NewSession } from "./session.ts";

export type NewSessionDeps = {
  readonly clock: Clock;
  readonly settings: {
    readonly publicUrl: string;
    readonly refreshIdleTtl: number;
    readonly refreshMaxTtl: number;
  };
};

type NewSessionInput = {
  /** The methods of the authentication that has just succeeded. */
  readonly amr: readonly string[];
  /** The audience of its first access token. */
  readonly audience: string;
  readonly caller: Caller;
  readonly deviceId: string;
  readonly restriction?: NewSession["restriction"];
  /** Whether the device was known before this sign-in. */
  readonly isKnownDevice: boolean;
  /** Default: true. */
  readonly isConfirmed?: boolean;
  /** False: the cookies of the session end with the browser session. */
  readonly isPersistent?: boolean;
  /** The instant (ms) of the authentication, if it was earlier. */
  readonly authenticatedAt?: number | undefined;
};

/** A new session, ready to be stored. The batch that stores it adds the account. */
export function newSession(deps: NewSessionDeps, input: NewSessionInput): Omit<NewSession, "accountId"> {
  const { amr, audience, caller, deviceId, restriction = null, isKnownDevice, isPersistent = true } = input;
  const { isConfirmed = true } = input;
  const { authenticatedAt } = input;
  const now = deps.clock.now();
  const { refreshIdleTtl, refreshMaxTtl } = deps.settings;
  const idle = Math.min(refreshIdleTtl, refreshMaxTtl) * SECOND;
  return {
    id: newId(),
    amr,
    ip: caller.ip,
    userAgent: caller.userAgent,
    createdAt: now,
    idleExpiresAt: now + (isPersistent ? idle : Math.min(idle, MAX_BROWSER_SESSION_IDLE)),
    expiresAt: now + refreshMaxTtl * SECOND,
    authTime: Math.min(authenticatedAt ?? now, now),
    audience,
    ownAudience: ownAudience(deps.settings),
    deviceId,
    restriction,
    isKnownDevice,
    isConfirmed,
    isPersistent,
  };
}
