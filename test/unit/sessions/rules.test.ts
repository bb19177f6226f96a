import { describe, expect, it } from "vitest";
import { judgeRefresh, judgeRevocation } from "../../../src/sessions/rules.ts";
import type { SessionState } from "../../../src/sessions/session.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60_000;

/** A live session at its seventh generation, rotated a second ago. */
const session = (changes: Partial<SessionState> = {}): SessionState => ({
  id: "session",
  accountId: "account",
  amr: ["pwd"],
  generation: 7,
  rotatedAt: NOW - 1_000,
  idleExpiresAt: NOW + 7 * DAY,
  expiresAt: NOW + 30 * DAY,
  revokedAt: null,
  ...changes,
});

type Case = {
  readonly what: string;
  readonly presented: number;
  readonly rotated?: boolean;
  readonly row?: Partial<SessionState>;
  readonly verdict: ReturnType<typeof judgeRefresh>;
};

const cases: Case[] = [
  { what: "the request that rotated", presented: 6, rotated: true, verdict: "rotated" },
  { what: "the generation just spent, at once", presented: 6, row: { rotatedAt: NOW }, verdict: "retry" },
  { what: "the generation just spent, a second ago", presented: 6, verdict: "retry" },
  { what: "the same after exactly 10 s", presented: 6, row: { rotatedAt: NOW - 10_000 }, verdict: "retry" },
  { what: "the same after 10.001 s", presented: 6, row: { rotatedAt: NOW - 10_001 }, verdict: "reuse" },
  { what: "the same after a day", presented: 6, row: { rotatedAt: NOW - DAY }, verdict: "reuse" },
  { what: "the generation before that, at once", presented: 5, row: { rotatedAt: NOW }, verdict: "reuse" },
  { what: "the very first generation", presented: 1, verdict: "reuse" },
  { what: "the good generation that did not rotate", presented: 7, verdict: "ended" },
  { what: "a generation that has not been issued", presented: 8, verdict: "ended" },
  { what: "one that is far ahead", presented: Number.MAX_SAFE_INTEGER, verdict: "ended" },
  { what: "a retry of a revoked session", presented: 6, row: { revokedAt: NOW - 1 }, verdict: "ended" },
  { what: "an old token of a revoked session", presented: 2, row: { revokedAt: NOW - 1 }, verdict: "ended" },
  { what: "a session revoked at this instant", presented: 6, row: { revokedAt: NOW }, verdict: "ended" },
  { what: "a session idle until this instant", presented: 6, row: { idleExpiresAt: NOW }, verdict: "ended" },
  {
    what: "one idle for a millisecond less",
    presented: 6,
    row: { idleExpiresAt: NOW + 1 },
    verdict: "retry",
  },
  {
    what: "an old token of an idle session",
    presented: 2,
    row: { idleExpiresAt: NOW - DAY },
    verdict: "ended",
  },
  { what: "a session at its whole life's end", presented: 6, row: { expiresAt: NOW }, verdict: "ended" },
  {
    what: "an old token after its whole life",
    presented: 2,
    row: { expiresAt: NOW - DAY },
    verdict: "ended",
  },
];

describe("judgeDenial", () => {
  const at = (seconds: number) => Math.floor(NOW / 1000) + seconds;

  it("ends every token of a session that is denied", () => {
    expect(judgeRevocation({ session: true, account: null }, at(1000))).toBe("denied");
  });

  it("has nothing against a token whose keys are not there", () => {
    expect(judgeRevocation({ session: false, account: null }, at(-1000))).toBe("not_denied");
  });

  it.each([
    [-1000, "denied"],
    [-11, "denied"],
    [-10, "unclear"],
    [0, "unclear"],
    [10, "unclear"],
    [11, "not_denied"],
    [1000, "not_denied"],
  ])("calls a token issued %i s after the instant %s", (seconds, verdict) => {
    for (const account of [NOW, Math.floor(NOW / 1000) * 1000, Math.floor(NOW / 1000) * 1000 + 999]) {
      expect(judgeRevocation({ session: false, account }, at(seconds))).toBe(verdict);
    }
  });

  it("cannot tell where the instant cannot be read", () => {
    expect(judgeRevocation({ session: false, account: Number.NaN }, at(0))).toBe("unclear");
  });
});

describe("judgeRefresh", () => {
  it.each(cases)("calls $what $verdict", ({ presented, rotated = false, row, verdict }) => {
    const facts = { rotated, presentedGeneration: presented, session: session(row) };
    expect(judgeRefresh(facts, NOW)).toBe(verdict);
  });
});
