import { describe, expect, it } from "vitest";
import { pickSigningKey, planRotation, SIGNING_PERIOD } from "../../../../src/sessions/signing-keys/rules.ts";
import type { StoredSigningKey } from "../../../../src/sessions/signing-keys/signing-key.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TOKEN_LIFE = 15 * MINUTE;
/** When the first key began to sign; every instant below is counted from here. */
const START = 1_800_000_000_000;

const key = (kid: string, signsFrom: number, sealedBy = "ours"): StoredSigningKey => ({
  kid,
  alg: "ES256",
  publicJwk: "{}",
  sealedPrivateJwk: "sealed",
  sealedBy,
  createdAt: START + signsFrom - DAY,
  signsFrom: START + signsFrom,
  signsUntil: START + signsFrom + SIGNING_PERIOD,
});

const isOpenable = ({ sealedBy }: StoredSigningKey) => sealedBy === "ours";
const first = key("first", 0);
const second = key("second", 30 * DAY);
const third = key("third", 60 * DAY);
const lost = (kid: string, signsFrom: number) => key(kid, signsFrom, "a root secret that was removed");

describe("pickSigningKey", () => {
  it.each<[string, StoredSigningKey[], number, string | undefined]>([
    ["no key without stored keys", [], 0, undefined],
    ["the only key from its first instant", [first], 0, "first"],
    ["the only key, with a clock slightly behind the one that created it", [first], -1, "first"],
    [
      "the oldest key, in any order of keys, with a clock that is behind all of them",
      [second, first],
      -1,
      "first",
    ],
    ["the current key while the next one is only published", [first, second], 29 * DAY, "first"],
    ["the current key until its last millisecond", [first, second], 30 * DAY - 1, "first"],
    ["the next key from its first instant", [first, second], 30 * DAY, "second"],
    [
      "the newest key whose period has begun, in any order of keys",
      [third, first, second],
      59 * DAY,
      "second",
    ],
    ["the last key long after its period, if no rotation ran", [first], 200 * DAY, "first"],
    ["no key if none can be unsealed", [lost("gone", 0)], DAY, undefined],
    ["an older key if the newer one cannot be unsealed", [first, lost("gone", 5 * DAY)], 6 * DAY, "first"],
  ])("picks %s", (_case, keys, at, expected) => {
    expect(pickSigningKey(keys, isOpenable, START + at)?.kid).toBe(expected);
  });
});

describe("planRotation", () => {
  const plan = (keys: StoredSigningKey[], at: number, tokenLife = TOKEN_LIFE) =>
    planRotation(keys, isOpenable, tokenLife, START + at);

  it.each<[string, StoredSigningKey[], number]>([
    ["there is no key", [], 0],
    ["the key is new", [first], 0],
    ["more than a day of the signing period is left", [first], 29 * DAY - 1],
    ["the next key is already published", [first, second], 29 * DAY],
    ["the next key has just begun to sign", [first, second], 30 * DAY],
    ["no key can be unsealed", [lost("gone", 0)], 40 * DAY],
  ])("plans no new key when %s", (_case, keys, at) => {
    expect(plan(keys, at).next).toBeNull();
  });

  it("plans the next key a day before it signs, for a whole signing period", () => {
    expect(plan([first], 29 * DAY).next).toEqual({
      predecessor: first,
      signsFrom: START + 30 * DAY,
      signsUntil: START + 60 * DAY,
    });
  });

  it.each([29 * DAY + HOUR, 30 * DAY, 31 * DAY, 200 * DAY])(
    "plans a new key a day ahead even when the rotation is late (at %d ms)",
    (at) => {
      expect(plan([first], at).next).toEqual({
        predecessor: first,
        signsFrom: START + at + DAY,
        signsUntil: START + at + DAY + SIGNING_PERIOD,
      });
    },
  );

  it("takes the newest key that can be unsealed as the predecessor", () => {
    expect(plan([second, first], 59 * DAY).next?.predecessor).toBe(second);
    expect(plan([first, lost("gone", 10 * DAY)], 29 * DAY).next?.predecessor).toBe(first);
  });

  const lastTokenExpires = 30 * DAY + TOKEN_LIFE;
  it.each<[string, StoredSigningKey[], number, string[]]>([
    ["no key without a successor", [first], 300 * DAY, []],
    ["no key while its successor is only published", [first, second], 29 * DAY, []],
    ["no key while its tokens are valid", [first, second], lastTokenExpires, []],
    ["no key in the hour after its last token expired", [first, second], lastTokenExpires + HOUR, []],
    ["the old key after that hour", [first, second], lastTokenExpires + HOUR + 1, ["first"]],
    ["every replaced key, and never the last", [first, second, third], 70 * DAY, ["first", "second"]],
    ["no key whose successor cannot be unsealed", [first, lost("gone", 30 * DAY)], 70 * DAY, []],
    [
      "a key that cannot be unsealed once another has replaced it",
      [lost("gone", 0), key("new", 5 * DAY)],
      6 * DAY,
      ["gone"],
    ],
  ])("retires %s", (_case, keys, at, retired) => {
    expect(plan(keys, at).retired).toEqual(retired);
  });

  it("retires a key later when access tokens live longer", () => {
    const keys = [first, second];
    expect(plan(keys, 31 * DAY + HOUR, DAY).retired).toEqual([]);
    expect(plan(keys, 31 * DAY + HOUR + 1, DAY).retired).toEqual(["first"]);
  });
});
