import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createComposition } from "../../../../src/composition/composition.ts";
import { runInScope } from "../../../../src/composition/request-scope.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import type { ClaimsSubject } from "../../../../src/oauth/custom-claims/claims-source.ts";
import { readCustomClaims } from "../../../../src/oauth/custom-claims/read-custom-claims.ts";
import { recordEvents } from "../../../support/recorders.ts";
import { createTestClock, startService } from "../../../support/service.ts";

const SUBJECT: ClaimsSubject = {
  accountId: "11111111-1111-4111-8111-111111111111",
  clientId: "notes-web",
  resource: "https://notes.example.test",
  scopes: ["notes:read"],
};
const { TEST_CLAIMS } = env as unknown as { TEST_CLAIMS: Fetcher };

/** An isolate of the service that is bound to a second Worker. */
function isolate(variables: object = {}) {
  const { EVENTS, points } = recordEvents();
  const clock = createTestClock();
  const composition = createComposition();
  const bound = {
    ...startService({ clock }).env,
    CLAIMS: TEST_CLAIMS,
    EVENTS,
    CLAIMS_TIMEOUT_MS: "200",
    ...variables,
  };
  const meter = newMeter();
  const defer = () => undefined;
  return {
    meter,
    clock,
    alarms: () => points.filter(({ blobs }) => blobs[0] === "alarm").map(({ blobs }) => blobs[1]),
    read: (subject: Partial<ClaimsSubject> = {}) =>
      runInScope({ clock, meter, defer, startWork: defer }, async () =>
        readCustomClaims(await composition(bound as never), { ...SUBJECT, ...subject }),
      ),
  };
}

const FAULTS = [
  ["throws", "unreachable"],
  ["hangs", "timeout"],
  ["returns null", "bad_answer"],
  ["returns a list", "bad_answer"],
  ["returns a reserved name", "bad_answer"],
  ["returns a function", "bad_answer"],
  ["returns a date", "bad_answer"],
  ["returns too much", "bad_answer"],
] as const;

describe("a Worker of the team behind the binding CLAIMS", () => {
  it("gets the subject over RPC, and its claims are kept for a while", async () => {
    const { read, clock, meter } = isolate();
    const first = await read();
    expect(first).toMatchObject({ ok: true, value: { "acme:plan": "pro", "acme:subject": SUBJECT } });
    expect(await read()).toEqual(first);
    clock.advance(60_000);
    expect(await read()).not.toEqual(first);
    expect(await read({ accountId: null })).toMatchObject({ value: { "acme:subject": { accountId: null } } });
    expect(meter.providerErrors).toEqual([]);
  });

  it.each(FAULTS)("when it %s: refuses, logs %s and counts", async (clientId, kind) => {
    const { read, meter, alarms } = isolate();
    expect(await read({ clientId })).toEqual({ ok: false, error: "unavailable" });
    expect(meter.providerErrors).toEqual([`claims: ${kind}`]);
    expect(alarms()).toEqual(["custom_claims_failed"]);
    expect((await read()).ok).toBe(true);
  });

  it("leaves the claims out by configuration", async () => {
    const { read, meter, alarms } = isolate({ CLAIMS_ON_FAILURE: "open" });
    expect(await read({ clientId: "throws" })).toEqual({ ok: true, value: {} });
    expect([meter.providerErrors, alarms()]).toEqual([["claims: unreachable"], ["custom_claims_failed"]]);
  });

  it("is not asked where it is not bound", async () => {
    expect(await isolate({ CLAIMS: undefined }).read({ clientId: "throws" })).toEqual({
      ok: true,
      value: {},
    });
  });

  it("has to have the method", async () => {
    const { read, meter } = isolate({ CLAIMS: { claimsFor: undefined } });
    expect(await read()).toEqual({ ok: false, error: "unavailable" });
    expect(meter.providerErrors).toEqual(["claims: unreachable"]);
  });
});
