import { describe, expect, it, vi } from "vitest";
import type { Wait } from "../../../src/core/clock.ts";
import { emptyClaimsCache } from "../../../src/oauth/custom-claims/claims-cache.ts";
import type { ClaimsSubject } from "../../../src/oauth/custom-claims/claims-source.ts";
import {
  type ReadCustomClaimsDeps,
  readCustomClaims,
} from "../../../src/oauth/custom-claims/read-custom-claims.ts";
import { isClaimName, MAX_CLAIMS_BYTES, readClaims } from "../../../src/oauth/custom-claims/rules.ts";

describe("isClaimName", () => {
  it.each(["acme:plan", "https://acme.example/plan", "urn:acme:plan", "a:b", "Acme:Plan"])(
    "accepts %s",
    (name) => {
      expect(isClaimName(name, null)).toBe(true);
    },
  );

  it.each([
    "plan",
    "acme_plan",
    "sub",
    "role",
    "email",
    "acr",
    "client_id",
    ":plan",
    "acme:",
    ":",
    "",
    "urn:gatehouse:acr:2fa",
    "URN:GATEHOUSE:role",
    "acme:pl an",
    "acme:plän",
    "acme:\n",
    `acme:${"a".repeat(252)}`,
    "__proto__",
  ])("refuses %j", (name) => {
    expect(isClaimName(name, null)).toBe(false);
  });

  it("accepts names with the configured prefix, except those of the standards", () => {
    expect(isClaimName("acme_plan", "acme_")).toBe(true);
    expect(isClaimName("acme_", "acme_")).toBe(false);
    expect(isClaimName("xacme_plan", "acme_")).toBe(false);
    expect(isClaimName("client_tier", "client_")).toBe(true);
    for (const name of ["client_id", "phone_number", "auth_time", "email_verified"])
      expect(isClaimName(name, `${name.split("_")[0]}_`), name).toBe(false);
  });
});

describe("readClaims", () => {
  it("returns a copy of JSON values", () => {
    const answer = { "acme:plan": "pro", "acme:seats": 3, "acme:tags": [null, true, { deep: [1.5] }] };
    const claims = readClaims(answer, null);
    expect(claims).toEqual(answer);
    expect(claims).not.toBe(answer);
    expect(readClaims({}, null)).toEqual({});
    expect(readClaims(Object.assign(Object.create(null), answer), null)).toEqual(answer);
  });

  const circular: Record<string, unknown> = {};
  circular["acme:self"] = circular;

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "acme:plan"],
    ["a list", []],
    ["a date", new Date(0)],
    ["a map", new Map([["acme:plan", 1]])],
    ["a name without a namespace", { plan: "pro" }],
    ["a reserved name beside an allowed one", { "acme:plan": "pro", sub: "x" }],
    ["a function", { "acme:plan": () => 1 }],
    ["an undefined member", { "acme:plan": undefined }],
    ["a number that JSON cannot hold", { "acme:plan": Number.NaN }],
    ["a large integer", { "acme:plan": 1n }],
    ["an object with a prototype", { "acme:plan": new (class Plan {})() }],
    ["a circle", circular],
  ])("refuses %s", (_title, answer) => {
    expect(readClaims(answer, null)).toBeNull();
  });

  it("refuses more than 4 KiB, counted in bytes", () => {
    const overhead = JSON.stringify({ "acme:plan": "" }).length;
    const of = (text: string) => readClaims({ "acme:plan": text }, null);
    expect(of("x".repeat(MAX_CLAIMS_BYTES - overhead))).not.toBeNull();
    expect(of("x".repeat(MAX_CLAIMS_BYTES - overhead + 1))).toBeNull();
    expect(of("ä".repeat(MAX_CLAIMS_BYTES / 2))).toBeNull();
  });
});

const SUBJECT: ClaimsSubject = {
  accountId: "a",
  clientId: "c",
  resource: "https://notes.example.com",
  scopes: ["notes:write", "notes:read"],
};
const NEVER: Wait = () => new Promise(() => undefined);

function reader(
  settings: Partial<ReadCustomClaimsDeps["customClaims"]["settings"]> = {},
  wait: Wait = NEVER,
) {
  let now = 1_000_000;
  const claimsFor = vi.fn(async (_subject: ClaimsSubject): Promise<unknown> => ({ "acme:plan": "pro" }));
  const failures: string[] = [];
  const deps: ReadCustomClaimsDeps = {
    clock: { now: () => now },
    customClaims: {
      source: { claimsFor },
      settings: { timeoutMs: 500, ttl: 60, onFailure: "closed", prefix: null, ...settings },
      cache: emptyClaimsCache(),
      wait,
      onFailure: (kind) => failures.push(kind),
    },
  };
  return {
    deps,
    claimsFor,
    failures,
    read: (subject: Partial<ClaimsSubject> = {}) => readCustomClaims(deps, { ...SUBJECT, ...subject }),
    advance: (ms: number) => {
      now += ms;
    },
  };
}

const PRO = { ok: true, value: { "acme:plan": "pro" } };

describe("readCustomClaims", () => {
  it("returns no claims without the binding", async () => {
    const { deps } = reader();
    const unbound = { ...deps, customClaims: { ...deps.customClaims, source: null } };
    expect(await readCustomClaims(unbound, SUBJECT)).toEqual({ ok: true, value: {} });
  });

  it("asks once for a subject within the time to live, whatever the order of the scopes", async () => {
    const { read, claimsFor, advance } = reader();
    expect(await read()).toEqual(PRO);
    advance(59_999);
    expect(await read({ scopes: ["notes:read", "notes:write"] })).toEqual(PRO);
    expect(claimsFor).toHaveBeenCalledTimes(1);
    advance(1);
    await read();
    expect(claimsFor).toHaveBeenCalledTimes(2);
  });

  it.each([
    { accountId: "b" },
    { accountId: null },
    { clientId: "d" },
    { resource: null },
    { scopes: ["notes:read"] },
    { scopes: [] },
  ])("asks again for another subject: %j", async (other) => {
    const { read, claimsFor } = reader();
    await read();
    await read(other);
    expect(claimsFor.mock.calls.map(([subject]) => subject)).toEqual([SUBJECT, { ...SUBJECT, ...other }]);
  });

  it("asks each time with a time to live of 0", async () => {
    const { read, claimsFor, deps } = reader({ ttl: 0 });
    await read();
    await read();
    expect([claimsFor.mock.calls.length, deps.customClaims.cache.size]).toEqual([2, 0]);
  });

  it("keeps 1,000 subjects, and drops the oldest", async () => {
    const { read, claimsFor, deps } = reader();
    for (let count = 0; count < 1001; count += 1) await read({ accountId: `a${count}` });
    expect(deps.customClaims.cache.size).toBe(1000);
    await read({ accountId: "a1000" });
    expect(claimsFor).toHaveBeenCalledTimes(1001);
    await read({ accountId: "a0" });
    expect(claimsFor).toHaveBeenCalledTimes(1002);
  });

  const FAULTS: [string, () => Promise<unknown>, string][] = [
    ["throws", () => Promise.reject(new Error("down")), "unreachable"],
    ["answers with a reserved claim", async () => ({ sub: "x" }), "bad_answer"],
    ["hangs", () => new Promise(() => undefined), "timeout"],
  ];
  const soon: Wait = async () => new Promise((resolve) => setTimeout(resolve, 5));

  it.each(FAULTS)(
    "fails closed when the Worker %s, and asks again the next time",
    async (_title, fault, kind) => {
      const { read, claimsFor, failures } = reader({}, soon);
      claimsFor.mockImplementationOnce(fault);
      expect(await read()).toEqual({ ok: false, error: "unavailable" });
      expect(failures).toEqual([kind]);
      expect(await read()).toEqual(PRO);
    },
  );

  it.each(FAULTS)("fails open by configuration when the Worker %s", async (_title, fault, kind) => {
    const { read, claimsFor, failures } = reader({ onFailure: "open" }, soon);
    claimsFor.mockImplementationOnce(fault);
    expect(await read()).toEqual({ ok: true, value: {} });
    expect(failures).toEqual([kind]);
    expect(await read()).toEqual(PRO);
  });

  it("waits for the configured time", async () => {
    const wait = vi.fn(soon);
    const { read } = reader({ timeoutMs: 123 }, wait);
    await read();
    expect(wait).toHaveBeenCalledWith(123);
  });
});
