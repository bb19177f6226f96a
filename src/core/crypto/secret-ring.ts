import { toBase64url, utf8 } from "./encoding.ts";

/** The purpose of a derived key. Each key has exactly one purpose. */
type KeyPurpose =
  | "password-pepper"
  | "refresh-token"
  | "device-token"
  | "csrf-token"
  | "challenge-code"
  | "lock-key"
  | "device-address"
  | "rate-key"
  | "send-target"
  | "social-round"
  | "registration-salt"
  | "user-code"
  | "factor-removal"
  | "seal-signing-key"
  | "seal-mail"
  | "seal-request"
  | "seal-authorization"
  | "seal-factor"
  | "seal-challenge"
  | "recovery-code"
  | "seal-event"
  | "seal-provider-token"
  | "form-owner"
  | "seal-draft";

/** One root secret: its public id and the keys derived from it by HKDF (RFC 5869). */
export type SecretRoot = {
  /** 48 bits that identify the root in stored values. They reveal nothing about the secret. */
  readonly id: string;
  hmacKey(purpose: KeyPurpose): Promise<CryptoKey>;
  aesKey(purpose: KeyPurpose): Promise<CryptoKey>;
};

/** The current root writes and reads. Earlier roots only read, until no stored value depends on them. */
export type SecretRing = {
  readonly current: SecretRoot;
  readonly earlier: readonly SecretRoot[];
  /** The ids of all roots in the ring. */
  readonly ids: readonly string[];
  /** The root with that id, or null if it is not in the ring. */
  find(id: string): SecretRoot | null;
};

/** `previousSecrets`: one secret a line (docs/rotation.md). */
export async function createSecretRing(secret: string, previousSecrets = ""): Promise<SecretRing> {
  const current = await createRoot(secret);
  const earlier = await Promise.all(linesOf(previousSecrets).map(createRoot));
  const all = [current, ...earlier];
  return {
    current,
    earlier,
    ids: all.map(({ id }) => id),
    find: (id) => all.find((root) => root.id === id) ?? null,
  };
}

/** The trimmed lines that are not blank. */
export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

async function createRoot(secret: string): Promise<SecretRoot> {
  const material = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
  const derive = (info: string, bits: number) =>
    crypto.subtle.deriveBits(
      { name: "HKDF", hash: "SHA-256", salt: utf8("gatehouse/v1"), info: utf8(info) },
      material,
      bits,
    );
  // Keys are cached, not promises: on Workers a promise belongs to the request that created it.
  const cache = new Map<string, CryptoKey>();
  const cached = async (name: string, create: () => Promise<CryptoKey>) => {
    const existing = cache.get(name);
    if (existing) return existing;
    const key = await create();
    cache.set(name, key);
    return key;
  };
  return {
    id: toBase64url(new Uint8Array(await derive("id", 48))),
    hmacKey: (purpose) =>
      cached(`hmac/${purpose}`, async () =>
        crypto.subtle.importKey("raw", await derive(purpose, 256), { name: "HMAC", hash: "SHA-256" }, false, [
          "sign",
          "verify",
        ]),
      ),
    aesKey: (purpose) =>
      cached(`aes/${purpose}`, async () =>
        crypto.subtle.importKey("raw", await derive(purpose, 256), "AES-GCM", false, ["encrypt", "decrypt"]),
      ),
  };
}
