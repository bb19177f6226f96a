import { describe, expect, it } from "vitest";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import {
  formatUserCode,
  hashUserCode,
  newUserCode,
  readUserCode,
  userCodeHashes,
} from "../../../../src/oauth/device/user-code.ts";

const FIRST = "a first secret of thirty-two bytes";
const SECOND = "a second secret, thirty-two bytes!";

describe("user codes", () => {
  it("has eight letters of an alphabet without vowels, and uses all of it", () => {
    const codes = Array.from({ length: 500 }, newUserCode);
    expect(codes.every((code) => /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/.test(code))).toBe(true);
    expect(new Set(codes.join(""))).toHaveProperty("size", 20);
    expect(new Set(codes)).toHaveProperty("size", 500);
  });

  it.each([
    "BCDF-GHJK",
    "bcdf-ghjk",
    " bcdfghjk ",
    "B C D F G H J K",
    "bcdf–ghjk",
    "BCDF - GHJK",
    "BCDF\u00a0GHJK",
    "ＢＣＤＦ－ＧＨＪＫ",
    "\ufeffBCDF\u200bGHJK",
  ])("reads %j", (typed) => expect(readUserCode(typed)).toBe("BCDFGHJK"));

  it.each(["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GH1K", "BCDF_GHJK", "BCDFGHJK'", "ВCDFGHJK"])(
    "refuses %j",
    (typed) => expect(readUserCode(typed)).toBeNull(),
  );

  it("reads what it shows", () => {
    const code = newUserCode();
    expect(readUserCode(formatUserCode(code))).toBe(code);
  });

  it("stores a keyed hash, which the service still finds after a rotation of its secret", async () => {
    const stored = await hashUserCode({ secrets: await createSecretRing(FIRST) }, "BCDFGHJK");
    const rotated = { secrets: await createSecretRing(SECOND, FIRST) };
    expect(await userCodeHashes(rotated, "BCDFGHJK")).toContain(stored);
    expect(await userCodeHashes({ secrets: await createSecretRing(SECOND) }, "BCDFGHJK")).not.toContain(
      stored,
    );
  });
});
