import { randomBase62, toBase62 } from "../core/crypto/base62.ts";
import { crc32 } from "../core/crypto/crc32.ts";
import { hashOneTimeToken } from "../core/crypto/one-time-token.ts";

// gth_<id>_<secret><checksum>, all of base62. The checksum lets a secret scanner reject false matches offline:
// https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/

const KEY_PREFIX = "gth_";
const ID_LENGTH = 12;
/** 43 characters of base62 have 256 bits. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

const KEY = /^(gth_([0-9A-Za-z]{12})_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})$/;

/** The id of a key: its public part. */
export const KEY_ID = /^[0-9A-Za-z]{12}$/;

export const KEY_LENGTH = KEY_PREFIX.length + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;

/** A key that a client has presented. Its form and its checksum are correct; the store knows whether it exists. */
export type PresentedApiKey = { readonly id: string; readonly secretHash: string };

/** Creates a key. The caller shows `key` once; a store keeps the id and the hash. */
export async function newApiKey(): Promise<PresentedApiKey & { readonly key: string }> {
  const id = randomBase62(ID_LENGTH);
  const secret = randomBase62(SECRET_LENGTH);
  const body = `${KEY_PREFIX}${id}_${secret}`;
  return { id, key: body + checksumOf(body), secretHash: await hashOneTimeToken(secret) };
}

/** Reads a key without the store. Null if the form or the checksum is wrong. */
export async function readPresentedKey(text: string): Promise<PresentedApiKey | null> {
  const [, body = "", id = "", secret = "", checksum = ""] = KEY.exec(text) ?? [];
  if (id === "" || checksum !== checksumOf(body)) return null;
  return { id, secretHash: await hashOneTimeToken(secret) };
}

const checksumOf = (body: string): string => toBase62(crc32(body), CHECKSUM_LENGTH);
