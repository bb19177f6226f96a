import { createHmac, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";

const SECRET = "a root secret of the unit tests, long enough";
const OTHER = "another root secret of the tests, long enough";
const PURPOSES = ["password-pepper", "refresh-token", "seal-signing-key", "seal-mail"] as const;

const derived = (secret: string, info: string, bytes: number) =>
  Buffer.from(hkdfSync("sha256", secret, "gatehouse/v1", info, bytes));
const message = new TextEncoder().encode("a message");

async function signature(key: CryptoKey): Promise<string> {
  return Buffer.from(await crypto.subtle.sign("HMAC", key, message)).toString("base64url");
}

describe("createSecretRing, roots", () => {
  it("identifies a root by 48 bits of HKDF", async () => {
    const { current } = await createSecretRing(SECRET);
    expect(current.id).toBe(derived(SECRET, "id", 6).toString("base64url"));
  });

  it("has only the current root without previous secrets", async () => {
    const ring = await createSecretRing(SECRET);
    expect(ring.earlier).toEqual([]);
    expect(ring.find(ring.current.id)).toBe(ring.current);
  });

  it("finds the current and the previous root by id, and no other", async () => {
    const ring = await createSecretRing(SECRET, OTHER);
    expect(ring.find(derived(SECRET, "id", 6).toString("base64url"))).toBe(ring.current);
    expect(ring.find(derived(OTHER, "id", 6).toString("base64url"))).toBe(ring.earlier[0]);
    for (const name of ["", "unknown", "__proto__", "current", ring.current.id.slice(1)]) {
      expect(ring.find(name)).toBeNull();
    }
  });
});

describe("createSecretRing, several previous secrets", () => {
  it("has one earlier root for each line of the previous secrets", async () => {
    const third = "a third root secret, of 32 bytes or more";
    const ring = await createSecretRing(SECRET, `${OTHER}\r\n\n  ${third}\n`);
    const ids = [OTHER, third].map((secret) => derived(secret, "id", 6).toString("base64url"));
    expect(ring.earlier.map(({ id }) => id)).toEqual(ids);
    expect(ring.ids).toEqual([ring.current.id, ...ids]);
    expect(ids.map((id) => ring.find(id))).toEqual([...ring.earlier]);
  });
});

describe("createSecretRing, keys", () => {
  it.each(PURPOSES)("derives the HMAC key for %s by HKDF", async (purpose) => {
    const { current } = await createSecretRing(SECRET);
    const expected = createHmac("sha256", derived(SECRET, purpose, 32))
      .update(message)
      .digest("base64url");
    expect(await signature(await current.hmacKey(purpose))).toBe(expected);
  });

  it("derives different keys by purpose and by secret", async () => {
    const { current, earlier } = await createSecretRing(SECRET, OTHER);
    const roots = [current, ...earlier];
    const keys = roots.flatMap((root) => PURPOSES.map((purpose) => root.hmacKey(purpose)));
    const signatures = await Promise.all(keys.map(async (key) => signature(await key)));
    expect(new Set(signatures).size).toBe(roots.length * PURPOSES.length);
  });

  it("derives keys that cannot be exported", async () => {
    const { current } = await createSecretRing(SECRET);
    const keys = [await current.hmacKey("refresh-token"), await current.aesKey("seal-mail")];
    expect(keys.map((key) => key.extractable)).toEqual([false, false]);
    for (const key of keys) await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("derives each key once", async () => {
    const { current } = await createSecretRing(SECRET);
    expect(await current.aesKey("seal-mail")).toBe(await current.aesKey("seal-mail"));
    expect(await current.aesKey("seal-mail")).not.toBe(await current.aesKey("seal-signing-key"));
  });
});
