import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashOneTimeToken, newOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";

describe("newOneTimeToken, hashOneTimeToken", () => {
  it("creates a one-time token of 256 bits as base64url that needs no encoding in a link", () => {
    const token = newOneTimeToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(token, "base64url").byteLength).toBe(32);
    expect(encodeURIComponent(token)).toBe(token);
  });

  it("creates a different one-time token each time, in every byte", () => {
    const tokens = Array.from({ length: 200 }, () => Buffer.from(newOneTimeToken(), "base64url"));
    expect(new Set(tokens.map((token) => token.toString("hex"))).size).toBe(200);
    for (let byte = 0; byte < 32; byte++) {
      expect(new Set(tokens.map((token) => token[byte])).size).toBeGreaterThan(50);
    }
  });

  it.each(["", "abc", "A".repeat(43), "caf\u00e9", "\u{1f511}"])(
    "hashes the one-time token %j like Node's SHA-256",
    async (text) => {
      expect(await hashOneTimeToken(text)).toBe(createHash("sha256").update(text).digest("base64url"));
    },
  );
});
