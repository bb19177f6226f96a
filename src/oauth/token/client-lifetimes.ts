import { HOUR, SECOND } from "../../core/clock.ts";
import { MAX_TOKEN_LIFE } from "../../sessions/signing-keys/rules.ts";
import type { Client } from "../clients/client.ts";

/** The lifetimes of the configuration, in seconds. */
export type LifetimeSettings = {
  readonly accessTokenTtl: number;
  readonly refreshIdleTtl: number;
  readonly refreshMaxTtl: number;
  readonly refreshGraceSeconds: number;
};

/** The longest grace period of a client. A trigger of the database counts with it. */
const MAX_GRACE_SECONDS = HOUR / SECOND;

/** The lifetimes of the tokens of a client, in seconds. */
export const lifetimesOf = (client: Client, settings: LifetimeSettings): LifetimeSettings => ({
  accessTokenTtl: Math.min(client.accessTokenTtl ?? settings.accessTokenTtl, MAX_TOKEN_LIFE / SECOND),
  refreshIdleTtl: client.refreshIdleTtl ?? settings.refreshIdleTtl,
  refreshMaxTtl: client.refreshMaxTtl ?? settings.refreshMaxTtl,
  refreshGraceSeconds: Math.min(
    client.refreshGraceSeconds ?? settings.refreshGraceSeconds,
    MAX_GRACE_SECONDS,
  ),
});

/** RFC 9700 §2.2.2: the refresh tokens of public clients rotate. */
export const rotatesRefreshTokens = ({ type, rotatesRefreshTokens: rotates }: Client): boolean =>
  type === "public" || rotates;
