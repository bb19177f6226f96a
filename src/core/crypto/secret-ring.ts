import { toBase64url, utf8 } from "./encoding.ts";

/** What a derived key is for. A key of one purpose never serves another. */
type Purpose =
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
  | "seal-signing-key"
  | "seal-mail";

/** One root secret: its public name, and the keys that come from it by HKDF (RFC 5869). */
export type SecretRoot = {
  /** 48 bits that name the root in stored values; it tells nothing of the secret. */
  readonly id: string;
  hmacKey(purpose: Purpose): Promise<CryptoKey>;
  aesKey(purpose: Purpose): Promise<CryptoKey>;
};

/** The current root writes and reads; earlier ones, as long as something depends on them, only read. */
export type SecretRing = {
  readonly current: SecretRoot;
  readonly earlier: readonly SecretRoot[];
  /** The names of the roots that are in the ring. */
  readonly ids: readonly string[];
  /** The root by that name, or null when it has left the ring. */
  find(id: string): SecretRoot | null;
};

/** `previousSecrets`: one a line (docs/rotation.md). */
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

/** What is on each line that is not blank. */
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
  // Finished keys are kept, never the promises: a promise belongs to the request that started it.
  const finished = new Map<string, CryptoKey>();
  const remember = async (name: string, make: () => Promise<CryptoKey>) => {
    const known = finished.get(name);
    if (known) return known;
    const key = await make();
    finished.set(name, key);
    return key;
  };
  return {
    id: toBase64url(new Uint8Array(await derive("id", 48))),
    hmacKey: (purpose) =>
      remember(`hmac/${purpose}`, async () =>
        crypto.subtle.importKey("raw", await derive(purpose, 256), { name: "HMAC", hash: "SHA-256" }, false, [
          "sign",
          "verify",
        ]),
      ),
    aesKey: (purpose) =>
      remember(`aes/${purpose}`, async () =>
        crypto.subtle.importKey("raw", await derive(purpose, 256), "AES-GCM", false, ["encrypt", "decrypt"]),
      ),
  };
}
