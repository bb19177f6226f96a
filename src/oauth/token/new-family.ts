import type { Caller } from "../../core/caller.ts";
import { type Clock, SECOND } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { Client } from "../clients/client.ts";
import { type LifetimeSettings, lifetimesOf } from "./client-lifetimes.ts";

/**
 * A family of refresh tokens to be stored. The batch that consumes the code or the device request adds the account, the
 * grant, the scopes, the resource, and the authentication of the browser session.
 */
export type NewFamily = {
  readonly id: string;
  /** The claim of the code or the device request. */
  readonly claim: string;
  readonly clientId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
};

type Deps = { readonly clock: Clock; readonly settings: LifetimeSettings };

export function newFamily(deps: Deps, client: Client, caller: Caller): NewFamily {
  const now = deps.clock.now();
  const { refreshIdleTtl, refreshMaxTtl } = lifetimesOf(client, deps.settings);
  return {
    id: newId(),
    claim: newId(),
    clientId: client.id,
    ip: caller.ip,
    userAgent: caller.userAgent,
    createdAt: now,
    idleExpiresAt: now + Math.min(refreshIdleTtl, refreshMaxTtl) * SECOND,
    expiresAt: now + refreshMaxTtl * SECOND,
  };
}
