import type { Caller } from "../core/caller.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { FIRST_PARTY_CLIENT, type NewSession } from "./session.ts";

export type NewSessionDeps = {
  readonly clock: Clock;
  readonly settings: { readonly refreshIdleTtl: number; readonly refreshMaxTtl: number };
};

type NewSessionInput = {
  /** The methods of the authentication that has just succeeded. */
  readonly amr: readonly string[];
  readonly client: SessionClient;
  readonly caller: Caller;
  readonly deviceId: string | null;
};

/** The client that a session belongs to. */
export type SessionClient = {
  /** `FIRST_PARTY_CLIENT`, or the origin of an app. */
  readonly id: string;
  /** The audience of its first access token. */
  readonly audience: string;
  /** The exchange of the authorization code by which an app signs in. */
  readonly codeClaim: string | null;
};

/** This service's own pages and API, with tokens for that audience. */
export const firstPartyClient = (audience: string): SessionClient => ({
  id: FIRST_PARTY_CLIENT,
  audience,
  codeClaim: null,
});

/** A new session without a parent, ready to be stored. The batch that stores it adds the account. */
export function newSession(
  deps: NewSessionDeps,
  { amr, client, caller, deviceId }: NewSessionInput,
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
    app: client.id === FIRST_PARTY_CLIENT ? null : { parentId: null, origin: client.id },
    authTime: now,
    clientId: client.id,
    audience: client.audience,
    codeClaim: client.codeClaim,
    deviceId,
    grant: null,
  };
}
