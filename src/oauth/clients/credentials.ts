import { toBase64url } from "../../core/crypto/encoding.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { newId } from "../../core/ids.ts";
import { FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import type { ClientSecret } from "./client.ts";

/** Secret scanners recognize a leaked secret by it. */
const SECRET_PREFIX = "gths_";

/** `client_` and 128 random bits. It never equals the id of an account, which is a UUID. */
export const newClientId = (): string => `client_${toBase64url(crypto.getRandomValues(new Uint8Array(16)))}`;

/** An id that the configuration chooses. A UUID would look like an account. */
const CHOSEN_ID = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isChosenId = (id: string): boolean =>
  id.length >= 2 && id.length <= 64 && CHOSEN_ID.test(id) && !UUID.test(id) && id !== FIRST_PARTY_CLIENT;

export type NewSecret = { readonly row: ClientSecret /** Shown once. */; readonly secret: string };

/** A secret of 256 random bits. The store keeps its SHA-256. */
export async function newClientSecret(now: number): Promise<NewSecret> {
  const secret = SECRET_PREFIX + newOneTimeToken();
  return { secret, row: await secretRow(await hashClientSecret(secret), now) };
}

export const hashClientSecret = (secret: string): Promise<string> => hashOneTimeToken(secret);

export const secretRow = (secretHash: string, now: number): ClientSecret => ({
  id: newId(),
  secretHash,
  createdAt: now,
  expiresAt: null,
});
