import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { byRpc } from "../../support/canary/calls.ts";
import { createCanaries, formsOf } from "../../support/canary/canaries.ts";
import { misplacedSecrets, outages } from "../../support/canary/faults.ts";
import {
  administration,
  atProvider,
  byCookie,
  deleteAccount,
  newAddressAndPasswords,
  phoneNumbers,
  secondFactor,
  sessionsAndProfile,
  signUp,
} from "../../support/canary/flow.ts";
import { createPageDriver, type PageDriver } from "../../support/canary/page-driver.ts";
import { startWatchedService } from "../../support/canary/watched-service.ts";
import type { Answer } from "../../support/service.ts";

const DAY = 24 * 60 * 60_000;

let traveller: PageDriver;

beforeAll(async () => {
  const watched = startWatchedService();
  traveller = createPageDriver(watched);
  await watched.providersWork();
  // The first key is sealed under the secret that has been replaced since.
  await watched.earlier.call("GET", "/.well-known/jwks.json");
  const { email, first } = await signUp(traveller);
  const device = await sessionsAndProfile(traveller, email, first);
  await secondFactor(traveller, email, first, device);
  await phoneNumbers(traveller, email, first);
  const moved = await newAddressAndPasswords(traveller, email, first);
  await byCookie(traveller, moved.email, moved.third);
  await byRpc(traveller, moved.email, moved.third);
  await atProvider(traveller, moved);
  await misplacedSecrets(traveller, moved.email, moved.third);
  watched.clock.advance(DAY);
  await outages(traveller, moved.email, moved.third);
  await administration(traveller, moved.email, moved.third);
  await deleteAccount(traveller, moved.email, moved.third);
  watched.clock.advance(29 * DAY);
  await watched.runCron("17 * * * *");
}, 120_000);
afterAll(() => vi.restoreAllMocks());

describe("the journey", () => {
  it("goes through every route of the API, each with success", () => {
    const { watched, statuses } = traveller;
    const routes = watched.earlier.app.routes
      .filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/auth/"))
      .map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`);
    const failed = [...new Set(routes)].filter(
      (route) => !statuses[route]?.some((status) => [200, 201, 302].includes(status)),
    );
    expect(failed).toEqual([]);
  });

  it("meets refusals and outages, and no error of ours", () => {
    const all = Object.values(traveller.statuses).flat();
    for (const status of [400, 401, 403, 404, 405, 503]) expect(all).toContain(status);
    expect(all).not.toContain(500);
  });

  it("plants secrets of every kind", () => {
    const kinds = new Set(traveller.watched.canaries.planted());
    const own = [
      "AUTH_SECRET",
      "AUTH_SECRET_PREVIOUS",
      "MAIL_API_KEY",
      "SMS_TWILIO_AUTH_TOKEN",
      "CAPTCHA_SECRET",
      "SOCIAL_GITHUB_CLIENT_SECRET",
    ];
    const given = [
      "a password",
      "a captcha token",
      "a code",
      "a texted code",
      "a wrong code",
      "a mailed token",
      "a provider's token",
      "a provider's code",
      "a login code",
    ];
    const issued = ["token", "refreshToken", "deviceToken", "csrfToken", "humanProof"];
    const cookies = ["access", "refresh", "device", "csrf", "social"].map((name) => `__Host-gh_${name}`);
    expect([...kinds]).toEqual(expect.arrayContaining([...own, ...given, ...issued, ...cookies]));
  });

  it("leaves something to search everywhere", () => {
    const { canaries } = traveller.watched;
    const places = [
      "identities",
      "oauth_transactions",
      "authorization_codes",
      "accounts",
      "sessions",
      "outbox",
      "one_time_codes",
      "captcha_proofs",
      "audit_events",
    ];
    for (const table of [...places, "email_tokens", "signing_keys", "attempt_counters"]) {
      expect(canaries.textsOf(`the table ${table}`).length, table).toBeGreaterThan(0);
    }
    // Mail that waits: its message is in the row.
    expect(
      canaries.textsOf("the table outbox").filter((row) => row.includes("queued")).length,
    ).toBeGreaterThan(20);
    expect(canaries.textsOf("KV").some((entry) => entry.startsWith("deny:"))).toBe(true);
    expect(canaries.textsOf("KV").some((entry) => entry.startsWith("rate:"))).toBe(true);
    expect(canaries.textsOf("the log").length).toBeGreaterThan(100);
    // The development mailbox keeps mail as it was sent; with a real provider nothing writes to it.
    expect(canaries.textsOf("the table mailbox_messages")).toEqual([]);
  });
});

describe("no secret", () => {
  it("is in a log line, a row, a key or value of KV, or an answer that does not hand it out", () => {
    expect(traveller.watched.canaries.leaks()).toEqual([]);
  });

  it("that is an address or a number is in a log line, or in KV", () => {
    expect(traveller.watched.addresses.leaks()).toEqual([]);
  });

  it("leaves for a provider, but those that a mail or a captcha is for", async () => {
    const { watched } = traveller;
    const outbound = createCanaries();
    for (const what of [
      "a password",
      "AUTH_SECRET",
      "AUTH_SECRET_PREVIOUS",
      "token",
      "refreshToken",
      "deviceToken",
    ]) {
      for (const text of watched.canaries.textsPlanted(what)) outbound.plant(what, text);
    }
    const requests = await watched.outbound();
    expect(requests.length).toBeGreaterThan(30);
    for (const { path, headers, body } of requests) {
      outbound.addText(path, [path, JSON.stringify(headers), body].join("\n"));
    }
    expect(outbound.leaks()).toEqual([]);
  });
});

describe("the search", () => {
  const secret = 'canary "of" the käuzchen';
  const answer = (text: string): Answer => ({
    status: 200,
    headers: new Headers(),
    text,
    body: { success: true },
  });
  const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

  it.each([
    ["as it is", secret],
    ["in JSON", JSON.stringify({ a: secret })],
    ["in a query", new URLSearchParams({ a: secret }).toString()],
    ["percent-encoded", encodeURIComponent(secret)],
    ["in base64", btoa(bytes(secret))],
    ["in base64 after one byte", btoa(bytes(`x${secret}yy`))],
    ["in base64 after two bytes", btoa(bytes(`xx${secret}`))],
    [
      "in base64url",
      btoa(bytes(`{"a":"${secret}"}`))
        .replaceAll("+", "-")
        .replaceAll("/", "_"),
    ],
  ])("finds what was planted %s", (_how, text) => {
    const canaries = createCanaries();
    canaries.plant("a secret", secret);
    canaries.addText("the log", `before ${text} after`);
    expect(canaries.leaks()).toEqual([{ what: "a secret", where: "the log" }]);
  });

  it("finds what was handed out in every answer but the one that hands it out", () => {
    const canaries = createCanaries();
    const [own, other] = [answer(secret), answer(secret)];
    canaries.plantIssued("a token", secret, own);
    canaries.addAnswer("the first", own);
    canaries.addAnswer("the second", other);
    expect(canaries.leaks()).toEqual([{ what: "a token", where: "the answer to the second" }]);
  });

  it("finds a code that stands alone, and not in a longer number", () => {
    const canaries = createCanaries();
    canaries.plant("a code", "481516");
    canaries.addText("a number", "1481516000");
    canaries.addText("a code", "code=481516;");
    expect(canaries.leaks()).toEqual([{ what: "a code", where: "a code" }]);
    expect(formsOf("481516")).toContain(btoa("481516"));
  });
});
