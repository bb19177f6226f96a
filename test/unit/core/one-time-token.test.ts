import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashOneTimeToken, newOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";

describe("a one-time token", () => {
  it("is 256 bits as base64url, fit for a link as it stands", () => {
    const token = newOneTimeToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(token, "base64url").byteLength).toBe(32);
    expect(encodeURIComponent(token)).toBe(token);
  });

  it("is another one every time, in every one of its bytes", () => {
    const tokens = Array.from({ length: 200 }, () => Buffer.from(newOneTimeToken(), "base64url"));
    expect(new Set(tokens.map((token) => token.toString("hex"))).size).toBe(200);
    for (let byte = 0; byte < 32; byte++) {
      expect(new Set(tokens.map((token) => token[byte])).size).toBeGreaterThan(50);
    }
  });

  it.each(["", "abc", "A".repeat(43), "caf\u00e9", "\u{1f511}"])(
    "hashes %j as Node's SHA-256 does",
    async (text) => {
      expect(await hashOneTimeToken(text)).toBe(createHash("sha256").update(text).digest("base64url"));
    },
  );
});
