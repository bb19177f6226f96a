import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { concatBytes, fromBase64url, toBase64url, utf8 } from "./encoding.ts";
import type { SecretRing, SecretRoot } from "./secret-ring.ts";

/** Production Workers reject more iterations in one call, so blocks of this size are chained. */
const BLOCK_ITERATIONS = 100_000;
export const SALT_BYTES = 16; // 128 bits: NIST SP 800-63B-4 §3.1.1.2, ASVS 11.4.2
const HASH_BITS = 256;

/** `match_outdated`: the password matches, but the hash has an older cost or pepper and must be replaced. */
export type PasswordVerdict = "match" | "match_outdated" | "mismatch";

/**
 * Hashes and verifies passwords. Every `verify` costs at least `blocks` blocks, with or without a
 * stored hash, so its duration does not reveal whether an account exists.
 */
export type PasswordHasher = {
  /** `saltSource`: a stored hash whose salt is reused, or a salt, so that the same password gives the same text. */
  hash(password: string, saltSource?: string | Uint8Array<ArrayBuffer> | null): Promise<string>;
  /** `stored` is null for an address without an account and for an account without a password. */
  verify(stored: string | null, password: string): Promise<PasswordVerdict>;
};

type StoredHash = {
  readonly blocks: number;
  readonly iterations: number;
  readonly pepperId: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly hash: Uint8Array<ArrayBuffer>;
};

/** `blockIterations`: tests whose subject is not the cost lower it. */
export function createPasswordHasher(
  ring: SecretRing,
  blocks: number,
  blockIterations: number = BLOCK_ITERATIONS,
): PasswordHasher {
  return {
    async hash(password, saltSource = null) {
      const given = typeof saltSource === "string" ? parse(saltSource)?.salt : saltSource;
      const salt = given ?? crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const chained = await chainBlocks(password, salt, blocks, blockIterations);
      const hash = await applyPepper(ring.current, chained);
      return format({ blocks, iterations: blockIterations, pepperId: ring.current.id, salt, hash });
    },

    async verify(stored, password) {
      const parsed = stored === null ? null : parse(stored);
      const salt = parsed?.salt ?? new Uint8Array(SALT_BYTES);
      const cost = parsed?.blocks ?? blocks;
      const iterations = parsed?.iterations ?? blockIterations;
      const chained = await chainBlocks(password, salt, cost, iterations);
      // Verifying a cheaper old hash must take as long as a new one.
      const missing = Math.ceil(blocks - (cost * iterations) / blockIterations);
      if (missing > 0) await chainBlocks(password, salt, missing, blockIterations);
      const root = parsed === null ? null : ring.find(parsed.pepperId);
      const hash = await applyPepper(root ?? ring.current, chained);
      if (!parsed || !root || !constantTimeEqual(hash, parsed.hash)) return "mismatch";
      const current = cost === blocks && iterations === blockIterations && root.id === ring.current.id;
      return current ? "match" : "match_outdated";
    },
  };
}

/**
 * Chained PBKDF2-HMAC-SHA-256 (RFC 8018): the salt of block 1 is the salt, that of block i is
 * salt ‖ output of block i−1. An attacker cannot compute the blocks in parallel.
 */
async function chainBlocks(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  blocks: number,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // NFC: keyboards encode the same password in different Unicode forms (NIST SP 800-63B-4 §3.1.1.2).
  const material = await crypto.subtle.importKey("raw", utf8(password.normalize("NFC")), "PBKDF2", false, [
    "deriveBits",
  ]);
  let output = new Uint8Array(0);
  for (let block = 0; block < blocks; block++) {
    const bits = await crypto.subtle.deriveBits(
      { name: "PBKDF2", hash: "SHA-256", salt: concatBytes(salt, output), iterations },
      material,
      HASH_BITS,
    );
    output = new Uint8Array(bits);
  }
  return output;
}

async function applyPepper(root: SecretRoot, chained: Uint8Array<ArrayBuffer>) {
  const key = await root.hmacKey("password-pepper");
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, chained));
}

const format = (stored: StoredHash): string =>
  `$pbkdf2-sha256-chain$b=${stored.blocks},i=${stored.iterations},k=${stored.pepperId}` +
  `$${toBase64url(stored.salt)}$${toBase64url(stored.hash)}`;

const STORED = /^\$pbkdf2-sha256-chain\$b=(\d{1,3}),i=(\d{1,6}),k=([\w-]+)\$([\w-]+)\$([\w-]+)$/;

function parse(text: string): StoredHash | null {
  const [, blocks, iterations, pepperId, saltText, hashText] = STORED.exec(text) ?? [];
  const salt = fromBase64url(saltText ?? "");
  const hash = fromBase64url(hashText ?? "");
  if (!pepperId || !salt || !hash) return null;
  const stored = { blocks: Number(blocks), iterations: Number(iterations), pepperId, salt, hash };
  // Production cannot compute other costs, so this service did not write such a hash.
  const isComputable = stored.blocks >= 1 && stored.iterations >= 1 && stored.iterations <= BLOCK_ITERATIONS;
  return isComputable ? stored : null;
}
