import type { Caller } from "../core/caller.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { NewSession } from "./session.ts";

export type NewSessionDeps = {
  readonly clock: Clock;
  readonly settings: { readonly refreshIdleTtl: number; readonly refreshMaxTtl: number };
};

/** A new session, ready to be stored. The batch that stores it adds the account. */
export function newSession(
  deps: NewSessionDeps,
  amr: readonly string[],
  caller: Caller,
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
    app: null,
  };
}
