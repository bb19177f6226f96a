import { describe, expect, it } from "vitest";
import {
  findRecoveryCode,
  hashRecoveryCode,
  newRecoveryCode,
} from "../../../../src/authentication/second-factor/recovery-codes/recovery-code.ts";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";

const SECRET = "a secret of the tests that is long enough";
const secrets = await createSecretRing(SECRET);
const accountId = "account";
const code = newRecoveryCode();
const stored = [
  { id: "1", codeHash: await hashRecoveryCode({ secrets }, accountId, newRecoveryCode()) },
  { id: "2", codeHash: await hashRecoveryCode({ secrets }, accountId, code) },
];
const find = async (given: string, ring = secrets, account = accountId) =>
  (await findRecoveryCode({ secrets: ring }, { accountId: account, code: given, stored }))?.id ?? null;

describe("recovery codes", () => {
  it("have 80 bits in groups, without characters that look like others", () => {
    const codes = Array.from({ length: 2000 }, newRecoveryCode);
    for (const each of codes) expect(each).toMatch(/^(?:[2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$/);
    expect(new Set(codes).size).toBe(2000);
    // Each of the 32 characters occurs about as often as the others.
    const counts = new Map<string, number>();
    for (const character of codes.join("").replaceAll("-", ""))
      counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(32);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(250);
  });

  it("case, hyphens and spaces do not matter", async () => {
    for (const typed of [
      code,
      code.toLowerCase(),
      code.replaceAll("-", ""),
      ` ${code.replaceAll("-", " ")} `,
      code.replaceAll("-", "--"),
    ]) {
      expect(await find(typed)).toBe("2");
    }
  });

  it("any other text is no code", async () => {
    for (const typed of ["", "-", code.slice(1), `${code}2`, newRecoveryCode(), "123456"]) {
      expect(await find(typed)).toBeNull();
    }
  });

  it("belong to one account", async () => {
    expect(await find(code, secrets, "other account")).toBeNull();
  });

  it("stay valid after a rotation of the root secret, until it is removed", async () => {
    const next = "another secret of the tests, long enough";
    expect(await find(code, await createSecretRing(next, SECRET))).toBe("2");
    expect(await find(code, await createSecretRing(next))).toBeNull();
  });
});
