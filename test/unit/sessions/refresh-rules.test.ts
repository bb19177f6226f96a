import { describe, expect, it } from "vitest";
import { judgeRefresh } from "../../../src/sessions/refresh-rules.ts";
import type { SessionState } from "../../../src/sessions/session.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60_000;

/** A live session at its seventh generation, rotated a second ago. */
const session = (changes: Partial<SessionState> = {}): SessionState => ({
  id: "session",
  accountId: "account",
  clientId: "gatehouse",
  audience: "gatehouse",
  userAgent: "a browser",
  amr: ["pwd"],
  generation: 7,
  voidedGenerations: 0,
  rotatedAt: NOW - 1_000,
  idleExpiresAt: NOW + 7 * DAY,
  expiresAt: NOW + 30 * DAY,
  revokedAt: null,
  authenticatedAt: NOW - DAY,
  confirmedAt: NOW - DAY,
  deviceId: null,
  scope: null,
  isKnownDevice: true,
  isPersistent: true,
  ...changes,
});

type Case = {
  readonly token: string;
  readonly presented: number;
  readonly rotated?: boolean;
  readonly row?: Partial<SessionState>;
  readonly facts?: Partial<Omit<Parameters<typeof judgeRefresh>[0], "session">>;
  readonly verdict: ReturnType<typeof judgeRefresh>;
};

const cases: Case[] = [
  { token: "the token of the request that rotated", presented: 6, rotated: true, verdict: "rotated" },
  { token: "the previous generation, at once", presented: 6, row: { rotatedAt: NOW }, verdict: "retry" },
  { token: "the previous generation, after 1 s", presented: 6, verdict: "retry" },
  {
    token: "the previous generation, after exactly 10 s",
    presented: 6,
    row: { rotatedAt: NOW - 10_000 },
    verdict: "retry",
  },
  {
    token: "the previous generation, after 10.001 s of a grace period of 60 s",
    presented: 6,
    row: { rotatedAt: NOW - 10_001 },
    facts: { gracePeriod: 60_000, successorInUse: true },
    verdict: "retry",
  },
  {
    token: "the previous generation, after 10.001 s, whose successor is in use",
    presented: 6,
    row: { rotatedAt: NOW - 10_001 },
    facts: { successorInUse: true },
    verdict: "reuse",
  },
  {
    token: "the previous generation, after 10.001 s, whose successor is not in use and which did not rotate",
    presented: 6,
    row: { rotatedAt: NOW - 10_001 },
    verdict: "ended",
  },
  {
    token: "the previous generation, after 10 s, whose successor is in use",
    presented: 6,
    row: { rotatedAt: NOW - 10_000 },
    facts: { successorInUse: true },
    verdict: "retry",
  },
  {
    token: "the last presented generation, whose lost successor was replaced a second ago",
    presented: 5,
    row: { voidedGenerations: 1 },
    verdict: "retry",
  },
  { token: "a voided generation", presented: 6, row: { voidedGenerations: 1 }, verdict: "reuse" },
  {
    token: "the previous generation, from another user agent",
    presented: 6,
    facts: { userAgent: "another browser" },
    verdict: "client_changed",
  },
  {
    token: "the previous generation, without a user agent",
    presented: 6,
    facts: { userAgent: null },
    verdict: "client_changed",
  },
  {
    token: "the previous generation of an app's session, from another user agent",
    presented: 6,
    facts: { userAgent: "another server", isFirstParty: false },
    verdict: "retry",
  },
  {
    token: "the previous generation, after a day, from another user agent",
    presented: 6,
    row: { rotatedAt: NOW - DAY },
    facts: { userAgent: "another browser" },
    verdict: "client_changed",
  },
  {
    token: "the current generation, for an audience of another client",
    presented: 7,
    facts: { servesAudience: false },
    verdict: "audience_refused",
  },
  {
    token: "the previous generation, for an audience of another client",
    presented: 6,
    facts: { servesAudience: false },
    verdict: "audience_refused",
  },
  {
    token: "an older generation, for an audience of another client",
    presented: 2,
    facts: { servesAudience: false },
    verdict: "reuse",
  },
  {
    token: "the generation before the previous, at once",
    presented: 5,
    row: { rotatedAt: NOW },
    verdict: "reuse",
  },
  { token: "the first generation", presented: 1, verdict: "reuse" },
  { token: "the current generation, if it did not rotate", presented: 7, verdict: "ended" },
  { token: "the next generation, which was not issued", presented: 8, verdict: "ended" },
  { token: "a generation far ahead", presented: Number.MAX_SAFE_INTEGER, verdict: "ended" },
  {
    token: "the previous generation of a revoked session",
    presented: 6,
    row: { revokedAt: NOW - 1 },
    verdict: "ended",
  },
  {
    token: "an older generation of a revoked session",
    presented: 2,
    row: { revokedAt: NOW - 1 },
    verdict: "ended",
  },
  {
    token: "the previous generation of a session revoked at this instant",
    presented: 6,
    row: { revokedAt: NOW },
    verdict: "ended",
  },
  {
    token: "the previous generation of a session whose idle time ends at this instant",
    presented: 6,
    row: { idleExpiresAt: NOW },
    verdict: "ended",
  },
  {
    token: "the previous generation of a session whose idle time ends in 1 ms",
    presented: 6,
    row: { idleExpiresAt: NOW + 1 },
    verdict: "retry",
  },
  {
    token: "an older generation of an idle session",
    presented: 2,
    row: { idleExpiresAt: NOW - DAY },
    verdict: "ended",
  },
  {
    token: "the previous generation of a session that expires at this instant",
    presented: 6,
    row: { expiresAt: NOW },
    verdict: "ended",
  },
  {
    token: "an older generation of an expired session",
    presented: 2,
    row: { expiresAt: NOW - DAY },
    verdict: "ended",
  },
];

describe("judgeRefresh", () => {
  it.each(cases)("judges $token as $verdict", ({ presented, rotated = false, row, facts, verdict }) => {
    const client = {
      userAgent: "a browser",
      isFirstParty: true,
      servesAudience: true,
      successorInUse: false,
      gracePeriod: 10_000,
    };
    const all = { ...client, ...facts, rotated, presentedGeneration: presented, session: session(row) };
    expect(judgeRefresh(all, NOW)).toBe(verdict);
  });
});
