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
const lost = (kid: string, signsFrom: number) => key(kid, signsFrom, "a root that is gone");

describe("pickSigningKey", () => {
  it.each<[string, StoredSigningKey[], number, string | undefined]>([
    ["nothing among no keys", [], 0, undefined],
    ["the only key from its first instant", [first], 0, "first"],
    ["the only key by a clock that is a moment behind its maker's", [first], -1, "first"],
    ["the present key while the next is only published", [first, second], 29 * DAY, "first"],
    ["the present key to the last millisecond", [first, second], 30 * DAY - 1, "first"],
    ["the next key from its first instant", [first, second], 30 * DAY, "second"],
    ["the newest that has begun, in whatever order they come", [third, first, second], 59 * DAY, "second"],
    ["the last key long after its period, when the cron stood still", [first], 200 * DAY, "first"],
    ["nothing when no key can be opened", [lost("gone", 0)], DAY, undefined],
    [
      "an older key before a newer one that cannot be opened",
      [first, lost("gone", 5 * DAY)],
      6 * DAY,
      "first",
    ],
  ])("picks %s", (_what, keys, at, expected) => {
    expect(pickSigningKey(keys, isOpenable, START + at)?.kid).toBe(expected);
  });
});

describe("planRotation", () => {
  const plan = (keys: StoredSigningKey[], at: number, tokenLife = TOKEN_LIFE) =>
    planRotation(keys, isOpenable, tokenLife, START + at);

  it.each<[string, StoredSigningKey[], number]>([
    ["there is no key at all", [], 0],
    ["the key is new", [first], 0],
    ["more than a day is left", [first], 29 * DAY - 1],
    ["the next one is published", [first, second], 29 * DAY],
    ["the next one has just begun", [first, second], 30 * DAY],
    ["no key can be opened", [lost("gone", 0)], 40 * DAY],
  ])("publishes nothing when %s", (_when, keys, at) => {
    expect(plan(keys, at).next).toBeNull();
  });

  it("publishes the next key a day before it signs, for a whole period", () => {
    expect(plan([first], 29 * DAY).next).toEqual({
      predecessor: first,
      signsFrom: START + 30 * DAY,
      signsUntil: START + 60 * DAY,
    });
  });

  it.each([29 * DAY + HOUR, 30 * DAY, 31 * DAY, 200 * DAY])(
    "still gives a day's notice when the cron is late (%d ms)",
    (at) => {
      expect(plan([first], at).next).toEqual({
        predecessor: first,
        signsFrom: START + at + DAY,
        signsUntil: START + at + DAY + SIGNING_PERIOD,
      });
    },
  );

  it("follows the newest key that can be opened", () => {
    expect(plan([second, first], 59 * DAY).next?.predecessor).toBe(second);
    expect(plan([first, lost("gone", 10 * DAY)], 29 * DAY).next?.predecessor).toBe(first);
  });

  const lastTokenDies = 30 * DAY + TOKEN_LIFE;
  it.each<[string, StoredSigningKey[], number, string[]]>([
    ["nothing while a key has no successor", [first], 300 * DAY, []],
    ["nothing while the successor is only published", [first, second], 29 * DAY, []],
    ["nothing while the old key's tokens live", [first, second], lastTokenDies, []],
    ["nothing in the hour after they died", [first, second], lastTokenDies + HOUR, []],
    ["the old key after that hour", [first, second], lastTokenDies + HOUR + 1, ["first"]],
    ["every key that is over, and the last never", [first, second, third], 70 * DAY, ["first", "second"]],
    ["nothing for a successor that cannot sign", [first, lost("gone", 30 * DAY)], 70 * DAY, []],
    ["an unopenable key once another took over", [lost("gone", 0), key("new", 5 * DAY)], 6 * DAY, ["gone"]],
  ])("retires %s", (_what, keys, at, retired) => {
    expect(plan(keys, at).retired).toEqual(retired);
  });

  it("keeps a key longer when access tokens live longer", () => {
    const keys = [first, second];
    expect(plan(keys, 31 * DAY + HOUR, DAY).retired).toEqual([]);
    expect(plan(keys, 31 * DAY + HOUR + 1, DAY).retired).toEqual(["first"]);
  });
});
