import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ApiDriver, createApiDriver } from "../../support/canary/api-driver.ts";
import { createCanaries, formsOf } from "../../support/canary/canaries.ts";
import { exerciseTextedCodes, signInByEmailCode } from "../../support/canary/factor-flow.ts";
import { sendDuringOutages, sendMisplacedSecrets } from "../../support/canary/faults.ts";
import {
  administerUser,
  callRpcMethods,
  changeEmailAndPasswords,
  changePhoneNumbers,
  deleteAccount,
  exerciseApiKeys,
  exerciseCookieSession,
  exerciseFactors,
  exercisePasskeys,
  exerciseSecondFactor,
  exerciseSessionsAndProfile,
  signInWithApple,
  signInWithProvider,
  signUp,
} from "../../support/canary/flow.ts";
import { exerciseOwnData } from "../../support/canary/own-data-flow.ts";
import { startWatchedService } from "../../support/canary/watched-service.ts";
import type { ApiResponse } from "../../support/service.ts";

const DAY = 24 * 60 * 60_000;

let driver: ApiDriver;

beforeAll(async () => {
  const watched = await startWatchedService();
  driver = createApiDriver(watched);
  await watched.providersWork();
  // The first signing key is sealed under the previous secret.
  await watched.earlier.call("GET", "/.well-known/jwks.json");
  const { email, first } = await signUp(driver);
  const device = await exerciseSessionsAndProfile(driver, email, first);
  await exercisePasskeys(driver, email, first, device);
  await exerciseSecondFactor(driver, email, first, device);
  await exerciseApiKeys(driver, email, first);
  await exerciseFactors(driver, email, first, device);
  await changePhoneNumbers(driver, email, first);
  await exerciseSecondUser();
  const moved = await changeEmailAndPasswords(driver, email, first);
  await exerciseCookieSession(driver, moved.email, moved.third);
  await callRpcMethods(driver, moved.email, moved.third);
  await signInWithProvider(driver, moved);
  await signInWithApple(driver);
  await sendMisplacedSecrets(driver, moved.email, moved.third);
  watched.clock.advance(DAY);
  await sendDuringOutages(driver, moved.email, moved.third);
  await administerUser(driver, moved.email, moved.third);
  await deleteAccount(driver, moved.email, moved.third);
  watched.clock.advance(29 * DAY);
  await watched.runCron("17 * * * *");
});
afterAll(() => vi.restoreAllMocks());

async function exerciseSecondUser() {
  const { email, first: password } = await signUp(driver);
  await signInByEmailCode(driver, email);
  await exerciseOwnData(driver, { email, password });
  await exerciseTextedCodes(driver, { email, password });
}

describe("the recorded flow", () => {
  it("calls every API route successfully", () => {
    const { watched, statuses } = driver;
    const routes = watched.earlier.app.routes
      .filter(({ method, path }) => method !== "ALL" && path.startsWith("/api/auth/"))
      .map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`);
    const failed = [...new Set(routes)].filter(
      (route) => !statuses[route]?.some((status) => [200, 201, 302, 303].includes(status)),
    );
    expect(failed).toEqual([]);
  });

  it("provokes refusals and outages, and no internal error", () => {
    const all = Object.values(driver.statuses).flat();
    for (const status of [400, 401, 403, 404, 405, 503]) expect(all).toContain(status);
    expect(all).not.toContain(500);
  });

  it("plants canary secrets of every kind", () => {
    const kinds = new Set(driver.watched.canaries.planted());
    const configured = [
      "AUTH_SECRET",
      "AUTH_SECRET_PREVIOUS",
      "MAIL_API_KEY",
      "SMS_TWILIO_AUTH_TOKEN",
      "CAPTCHA_SECRET",
      "SOCIAL_GITHUB_CLIENT_SECRET",
      "SOCIAL_APPLE_PRIVATE_KEY",
    ];
    const entered = [
      "a password",
      "a captcha token",
      "a code",
      "a texted code",
      "a wrong code",
      "a mailed token",
      "a provider's token",
      "a provider's code",
      "a response handle",
    ];
    const issued = ["token", "refreshToken", "deviceToken", "csrfToken", "humanProof", "key"];
    const factors = [
      "an enrolment token",
      "a secret of an authenticator",
      "a code of an authenticator",
      "a recovery code",
    ];
    const cookies = ["access", "refresh", "device", "csrf", "social"].map((name) => `__Host-gh_${name}`);
    expect([...kinds]).toEqual(
      expect.arrayContaining([...configured, ...entered, ...issued, ...cookies, ...factors]),
    );
  });

  it("leaves data to search in every table, in KV and in the log", () => {
    const { canaries } = driver.watched;
    const places = [
      "identities",
      "oauth_transactions",
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
    // The row of a queued message contains the sealed message.
    expect(
      canaries.textsOf("the table outbox").filter((row) => row.includes("queued")).length,
    ).toBeGreaterThan(20);
    expect(canaries.textsOf("KV").some((entry) => entry.startsWith("deny:"))).toBe(true);
    expect(canaries.textsOf("KV").some((entry) => entry.startsWith("rate:"))).toBe(true);
    expect(canaries.textsOf("the log").length).toBeGreaterThan(100);
    // Only the development mailbox stores messages in plain text. With a real provider it is unused.
    expect(canaries.textsOf("the table mailbox_messages")).toEqual([]);
  });
});

describe("canary search", () => {
  it("finds no secret in the log, D1, KV or a response that does not issue it", () => {
    expect(driver.watched.canaries.leaks()).toEqual([]);
  });

  it("finds no email address or phone number in the log or KV", () => {
    expect(driver.watched.addresses.leaks()).toEqual([]);
  });

  it("sends no password, root secret or session token to a provider", async () => {
    const { watched } = driver;
    const outbound = createCanaries();
    for (const kind of [
      "a password",
      "AUTH_SECRET",
      "AUTH_SECRET_PREVIOUS",
      "token",
      "refreshToken",
      "deviceToken",
    ]) {
      for (const text of watched.canaries.textsPlanted(kind)) outbound.plant(kind, text);
    }
    const requests = await watched.outbound();
    expect(requests.length).toBeGreaterThan(30);
    for (const { path, headers, body } of requests) {
      outbound.addText(path, [path, JSON.stringify(headers), body].join("\n"));
    }
    expect(outbound.leaks()).toEqual([]);
  });
});

describe("createCanaries", () => {
  const secret = 'canary "of" the käuzchen';
  const answer = (text: string): ApiResponse => ({
    status: 200,
    headers: new Headers(),
    text,
    body: { success: true },
  });
  const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

  it.each([
    ["in plain text", secret],
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
  ])("finds a planted secret %s", (_encoding, text) => {
    const canaries = createCanaries();
    canaries.plant("a secret", secret);
    canaries.addText("the log", `before ${text} after`);
    expect(canaries.leaks()).toEqual([{ kind: "a secret", where: "the log" }]);
  });

  it("finds an issued secret in every response except the one that issues it", () => {
    const canaries = createCanaries();
    const [own, other] = [answer(secret), answer(secret)];
    canaries.plantIssued("a token", secret, own);
    canaries.addAnswer("the first", own);
    canaries.addAnswer("the second", other);
    expect(canaries.leaks()).toEqual([{ kind: "a token", where: "the answer to the second" }]);
  });

  it("finds a code that stands alone, but not as part of a longer number", () => {
    const canaries = createCanaries();
    canaries.plant("a code", "481516");
    canaries.addText("a number", "1481516000");
    canaries.addText("a code", "code=481516;");
    expect(canaries.leaks()).toEqual([{ kind: "a code", where: "a code" }]);
    expect(formsOf("481516")).toContain(btoa("481516"));
  });
});
