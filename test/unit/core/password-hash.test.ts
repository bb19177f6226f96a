import { createHmac, hkdfSync, pbkdf2Sync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../../src/composition/config.ts";
import { createPasswordHasher } from "../../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";

const SECRET = "a root secret of the unit tests, long enough";
const OLD_SECRET = "the root secret that came before it, long enough";
const PASSWORD = "a quiet lighthouse 7";
const MAX_ITERATIONS_IN_PRODUCTION = 100_000;

const ring = await createSecretRing(SECRET);
const rotatedRing = await createSecretRing(SECRET, OLD_SECRET);
const oldRing = await createSecretRing(OLD_SECRET);

// The same algorithm built from node:crypto, independent of the code under test.
const derived = (secret: string, info: string, bytes: number) =>
  Buffer.from(hkdfSync("sha256", secret, "gatehouse/v1", info, bytes));

type Recipe = { secret?: string; blocks?: number; iterations?: number; salt?: Buffer; hash?: string };

function storedHash(password: string, recipe: Recipe = {}): string {
  const { secret = SECRET, blocks = 1, iterations = 100_000, salt = Buffer.alloc(16, 7) } = recipe;
  let output = Buffer.alloc(0);
  for (let block = 0; block < blocks; block++) {
    output = pbkdf2Sync(password, Buffer.concat([salt, output]), iterations, 32, "sha256");
  }
  const hash = createHmac("sha256", derived(secret, "password-pepper", 32))
    .update(output)
    .digest("base64url");
  const id = derived(secret, "id", 6).toString("base64url");
  const cost = `b=${blocks},i=${iterations},k=${id}`;
  return `$pbkdf2-sha256-chain$${cost}$${salt.toString("base64url")}$${recipe.hash ?? hash}`;
}

const saltOf = (stored: string) => Buffer.from(stored.split("$")[3] ?? "", "base64url");

/** PBKDF2 iterations since the last reset. */
let iterationsSpent = 0;
async function costOf(work: Promise<unknown>): Promise<number> {
  iterationsSpent = 0;
  await work;
  return iterationsSpent;
}

beforeEach(() => {
  const real = crypto.subtle.deriveBits.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "deriveBits").mockImplementation(async (algorithm, key, length) => {
    if (typeof algorithm === "object" && "iterations" in algorithm) {
      if (algorithm.iterations > MAX_ITERATIONS_IN_PRODUCTION) {
        throw new DOMException("iteration counts above 100000 are not supported", "NotSupportedError");
      }
      iterationsSpent += algorithm.iterations;
    }
    return real(algorithm, key, length);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("PasswordHasher.hash", () => {
  it.each([1, 2, 6])("hashes a password like Node's PBKDF2 with %d chained blocks", async (blocks) => {
    const stored = await createPasswordHasher(ring, blocks).hash(PASSWORD);
    expect(stored).toBe(storedHash(PASSWORD, { blocks, salt: saltOf(stored) }));
  });

  it("salts every password hash with 128 bits of its own", async () => {
    const hasher = createPasswordHasher(ring, 1);
    const salts = [saltOf(await hasher.hash(PASSWORD)), saltOf(await hasher.hash(PASSWORD))];
    expect(salts.map((salt) => salt.byteLength)).toEqual([16, 16]);
    expect(salts[0]).not.toEqual(salts[1]);
  });

  it("hashes a password with six blocks of 100,000 iterations by default", async () => {
    const config = readConfig({ ENVIRONMENT: "development", AUTH_SECRET: SECRET });
    const hasher = createPasswordHasher(ring, config.ok ? config.value.passwordHashBlocks : 0);
    expect(await costOf(hasher.hash(PASSWORD))).toBe(600_000);
  });

  it("hashes a password with the current root, never with the previous one", async () => {
    const stored = await createPasswordHasher(rotatedRing, 1).hash(PASSWORD);
    expect(stored).toBe(storedHash(PASSWORD, { salt: saltOf(stored) }));
  });
});

describe("PasswordHasher.verify", () => {
  const hasher = createPasswordHasher(ring, 2);

  it.each([
    ["match", "the right password", storedHash(PASSWORD, { blocks: 2 }), PASSWORD],
    ["mismatch", "another password", storedHash(PASSWORD, { blocks: 2 }), "a quiet lighthouse 8"],
    ["match_outdated", "a hash of fewer blocks", storedHash(PASSWORD, { blocks: 1 }), PASSWORD],
    ["match_outdated", "a hash of more blocks", storedHash(PASSWORD, { blocks: 3 }), PASSWORD],
    [
      "match_outdated",
      "a hash of smaller blocks",
      storedHash(PASSWORD, { blocks: 2, iterations: 9 }),
      PASSWORD,
    ],
    ["mismatch", "another password for an old hash", storedHash(PASSWORD, { blocks: 1 }), "wrong"],
    ["mismatch", "an unknown pepper", storedHash(PASSWORD, { blocks: 2, secret: OLD_SECRET }), PASSWORD],
    ["mismatch", "no stored hash", null, PASSWORD],
  ])("returns %s for %s", async (verdict, _case, stored, password) => {
    expect(await hasher.verify(stored, password)).toBe(verdict);
  });

  it("accepts the pepper of the previous root as match_outdated", async () => {
    const stored = await createPasswordHasher(oldRing, 1).hash(PASSWORD);
    const rotated = createPasswordHasher(rotatedRing, 1);
    expect(await rotated.verify(stored, PASSWORD)).toBe("match_outdated");
    expect(await rotated.verify(stored, `${PASSWORD}!`)).toBe("mismatch");
  });

  it("matches a password in every Unicode form that a keyboard may produce", async () => {
    const composed = "caf\u00e9 au lait";
    const decomposed = "cafe\u0301 au lait";
    const ofDecomposed = await hasher.hash(decomposed);
    expect(ofDecomposed).toBe(storedHash(composed, { blocks: 2, salt: saltOf(ofDecomposed) }));
    expect(await hasher.verify(ofDecomposed, composed)).toBe("match");
    expect(await hasher.verify(await hasher.hash(composed), decomposed)).toBe("match");
  });

  it.each([
    ["a space at its end", "Quiet Lighthouse "],
    ["a space before it", " Quiet Lighthouse"],
    ["another case", "quiet lighthouse"],
    ["full-width letters", "\uff31uiet Lighthouse"],
    ["one character less", "Quiet Lighthous"],
  ])("distinguishes a password from the same password with %s", async (_difference, other) => {
    expect(await hasher.verify(storedHash("Quiet Lighthouse", { blocks: 2 }), other)).toBe("mismatch");
  });

  const valid = storedHash(PASSWORD, { blocks: 2 });
  it.each([
    ["no characters", ""],
    ["another scheme", "$2b$10$abcdefghijklmnopqrstuv"],
    ["no blocks", valid.replace("b=2", "b=0")],
    ["no iterations", valid.replace("i=100000", "i=0")],
    ["more iterations than the platform allows", valid.replace("i=100000", "i=100001")],
    ["a negative cost", valid.replace("b=2", "b=-2")],
    ["a pepper that is cut off", valid.replace(/k=[\w-]+/, "k=")],
    ["a salt that is not base64url", valid.replace(/\$[\w-]+\$([\w-]+)$/, "$a+/=$$$1")],
    ["no hash", valid.replace(/[\w-]+$/, "")],
    ["a hash that is cut off", valid.slice(0, -4)],
    ["a hash that is too long", `${valid}AAAA`],
    ["a line after it", `${valid}\n`],
  ])("returns mismatch and does not throw for a stored text with %s", async (_case, stored) => {
    expect(await hasher.verify(stored, PASSWORD)).toBe("mismatch");
  });
});

describe("PasswordHasher.verify, cost", () => {
  const hasher = createPasswordHasher(rotatedRing, 3);
  const current = storedHash(PASSWORD, { blocks: 3 });

  it("verifies at the same cost for no account, a wrong password and the right one", async () => {
    expect(await costOf(hasher.verify(null, PASSWORD))).toBe(300_000);
    expect(await costOf(hasher.verify(current, "wrong"))).toBe(300_000);
    expect(await costOf(hasher.verify(current, PASSWORD))).toBe(300_000);
  });

  it.each([
    ["fewer blocks", storedHash(PASSWORD, { blocks: 1 })],
    ["smaller blocks", storedHash(PASSWORD, { blocks: 3, iterations: 1_000 })],
    ["fewer and smaller blocks", storedHash(PASSWORD, { blocks: 1, iterations: 1_000 })],
    ["the previous pepper", storedHash(PASSWORD, { blocks: 3, secret: OLD_SECRET })],
    ["an unknown pepper", storedHash(PASSWORD, { blocks: 3, secret: "gone".repeat(9) })],
    ["a malformed text", "garbage"],
  ])("verifies at no lower cost for a stored hash with %s", async (_age, stored) => {
    expect(await costOf(hasher.verify(stored, "wrong"))).toBeGreaterThanOrEqual(300_000);
  });
});
