import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { KEY_LENGTH, newApiKey, readPresentedKey } from "../../../src/api-keys/key-format.ts";
import { crc32 as ownCrc32 } from "../../../src/core/crypto/crc32.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The number in base62. */
const numberIn = (text: string): number =>
  [...text].reduce((value, digit) => value * 62 + DIGITS.indexOf(digit), 0);

describe("an API key", () => {
  it("has a prefix, a public id, 256 bits and a checksum that another implementation of CRC-32 confirms", async () => {
    for (let count = 0; count < 50; count += 1) {
      const { id, key } = await newApiKey();
      const [, body = "", keyId, secret = "", checksum = ""] =
        /^(gth_([0-9A-Za-z]{12})_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})$/.exec(key) ?? [];
      expect(keyId).toBe(id);
      expect(key).toHaveLength(KEY_LENGTH);
      expect(secret.length * Math.log2(62)).toBeGreaterThanOrEqual(256);
      expect(numberIn(checksum)).toBe(crc32(body));
    }
  });

  it("is another one each time, of all digits", async () => {
    const keys = await Promise.all(Array.from({ length: 40 }, () => newApiKey()));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(40);
    const used = new Set(keys.flatMap(({ key }) => [...key.slice(17, 60)]));
    expect([...DIGITS].filter((digit) => !used.has(digit))).toEqual([]);
  });

  it("is read back with the hash of its secret", async () => {
    const { id, key, secretHash } = await newApiKey();
    expect(await readPresentedKey(key)).toEqual({ id, secretHash });
    expect(secretHash).not.toContain(key.slice(17, 60));
  });

  it("is rejected offline if a character differs, is missing or is added", async () => {
    const { key } = await newApiKey();
    for (let index = 0; index < key.length; index += 1) {
      const other = key[index] === "A" ? "B" : "A";
      expect(
        await readPresentedKey(key.slice(0, index) + other + key.slice(index + 1)),
        `${index}`,
      ).toBeNull();
    }
    for (const wrong of [
      "",
      "gth_",
      key.slice(1),
      key.slice(0, -1),
      `${key}0`,
      `${key}\n`,
      ` ${key}`,
      key.toUpperCase(),
    ])
      expect(await readPresentedKey(wrong), wrong).toBeNull();
  });
});

describe("crc32", () => {
  it.each(["", "a", "123456789", "gth_"])("agrees with zlib for %j", (text) => {
    expect(ownCrc32(text)).toBe(crc32(text));
  });
});
