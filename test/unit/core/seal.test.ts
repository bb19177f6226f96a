import { createDecipheriv, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { seal, unseal } from "../../../src/core/crypto/seal.ts";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";

const SECRET = "a root secret of the unit tests, long enough";
const OLD_SECRET = "the root secret that came before it, long enough";
const TEXT = '{"url":"https://auth.example.com/?token=\u00e9\u{1f511}"}';

const ring = await createSecretRing(SECRET);
const oldRing = await createSecretRing(OLD_SECRET);
const rotatedRing = await createSecretRing(SECRET, OLD_SECRET);
const sealed = await seal(ring, "seal-mail", "row 1", TEXT);

/** Changes one bit of one of the three parts. */
function withBitFlipped(text: string, part: number): string {
  const parts = text.split(".").map((each) => Buffer.from(each, "base64url"));
  const bytes = parts[part] ?? Buffer.alloc(0);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return parts.map((each) => each.toString("base64url")).join(".");
}

describe("seal, unseal", () => {
  it.each(["", "x", TEXT, "l".repeat(100_000)])("unseals a sealed text (case %#)", async (text) => {
    expect(await unseal(ring, "seal-mail", "row", await seal(ring, "seal-mail", "row", text))).toBe(text);
  });

  it("seals with AES-256-GCM under an HKDF key and authenticates the context, as node:crypto verifies", () => {
    const [, iv = "", rest = ""] = sealed.split(".");
    const bytes = Buffer.from(rest, "base64url");
    const key = Buffer.from(hkdfSync("sha256", SECRET, "gatehouse/v1", "seal-mail", 32));
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"));
    decipher.setAAD(Buffer.from("row 1")).setAuthTag(bytes.subarray(-16));
    const opened = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
    expect(opened.toString("utf8")).toBe(TEXT);
  });

  it("never seals the same text to the same value twice", async () => {
    const again = await seal(ring, "seal-mail", "row 1", TEXT);
    expect(again.split(".")[1]).not.toBe(sealed.split(".")[1]);
    expect(again.split(".")[2]).not.toBe(sealed.split(".")[2]);
  });

  it("unseals values of the previous root, and seals with the current root", async () => {
    const old = await seal(oldRing, "seal-mail", "row 1", TEXT);
    expect(await unseal(rotatedRing, "seal-mail", "row 1", old)).toBe(TEXT);
    const resealed = await seal(rotatedRing, "seal-mail", "row 1", TEXT);
    expect(await unseal(ring, "seal-mail", "row 1", resealed)).toBe(TEXT);
    expect(await unseal(oldRing, "seal-mail", "row 1", resealed)).toBeNull();
  });
});

describe("unseal, refusals", () => {
  it.each([
    ["the id of its root", 0],
    ["its initialization vector", 1],
    ["its ciphertext", 2],
  ])("unseals no value with one changed bit in %s", async (_part, part) => {
    expect(await unseal(ring, "seal-mail", "row 1", withBitFlipped(sealed, part))).toBeNull();
  });

  it("unseals no value that was moved to another row", async () => {
    expect(await unseal(ring, "seal-mail", "row 2", sealed)).toBeNull();
    expect(await unseal(ring, "seal-mail", "", sealed)).toBeNull();
  });

  it("unseals no value that was sealed for another purpose", async () => {
    expect(await unseal(ring, "seal-signing-key", "row 1", sealed)).toBeNull();
  });

  it("unseals no value whose root is not in the ring", async () => {
    expect(await unseal(oldRing, "seal-mail", "row 1", sealed)).toBeNull();
  });

  it("unseals no value that names another root of the ring", async () => {
    const renamed = sealed.replace(/^[^.]+/, oldRing.current.id);
    expect(await unseal(rotatedRing, "seal-mail", "row 1", renamed)).toBeNull();
  });

  const [rootId = "", iv = ""] = sealed.split(".");
  it.each([
    "",
    ".",
    "..",
    "plain text",
    rootId,
    `${rootId}.${iv}`,
    `${rootId}.${iv}.`,
    `${rootId}..AAAA`,
    `${rootId}.+.+`,
  ])("unseals no malformed value, and does not throw: %j", async (garbage) => {
    expect(await unseal(ring, "seal-mail", "row 1", garbage)).toBeNull();
  });
});
