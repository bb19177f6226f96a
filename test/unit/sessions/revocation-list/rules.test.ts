import { describe, expect, it } from "vitest";
import { judgeRevocation } from "../../../../src/sessions/revocation-list/rules.ts";

const NOW = 1_800_000_000_000;

describe("judgeRevocation", () => {
  const at = (seconds: number) => Math.floor(NOW / 1000) + seconds;

  it("judges every token of a revoked session as revoked", () => {
    expect(judgeRevocation({ session: true, account: null }, at(1000))).toBe("revoked");
  });

  it("judges a token without revocation entries as not revoked", () => {
    for (const issuedAt of [at(-1000), at(0), 0])
      expect(judgeRevocation({ session: false, account: null }, issuedAt)).toBe("not_revoked");
  });

  it.each([
    [-1000, "revoked"],
    [-11, "revoked"],
    [-10, "unclear"],
    [0, "unclear"],
    [10, "unclear"],
    [11, "not_revoked"],
    [1000, "not_revoked"],
  ])("judges a token issued %i s after the account's revocation instant as %s", (seconds, verdict) => {
    for (const account of [NOW, Math.floor(NOW / 1000) * 1000, Math.floor(NOW / 1000) * 1000 + 999]) {
      expect(judgeRevocation({ session: false, account }, at(seconds))).toBe(verdict);
    }
  });

  it("judges a token as unclear when the revocation instant is unreadable", () => {
    expect(judgeRevocation({ session: false, account: Number.NaN }, at(0))).toBe("unclear");
  });
});
