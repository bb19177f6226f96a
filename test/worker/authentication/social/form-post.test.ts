import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { createFaultyD1, D1_FAULTS } from "../../../support/d1.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { openApple } from "../../../support/social/apple.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { newAddress } from "../../../support/users.ts";

const apple = await openApple();
const other = await openForgedIssuer();
const service = startService({ env: { ...apple.variables, ...other.variables } });
const MINUTE = 60_000;

/** Lets Apple issue an ID token for the next callback. */
async function issueToken(nonce: string, email = newAddress()): Promise<string> {
  const token = await apple.sign({ nonce, sub: crypto.randomUUID(), email });
  await apple.answer(apple.tokens(token), apple.keySet);
  return email;
}

describe("a response that the provider's page posts", () => {
  it("leads to a GET of the callback with a handle alone, and signs in the browser of the start", async () => {
    const { browser, nonce, posted, path } = await apple.startAndPost(service);
    const email = await issueToken(nonce);
    expect([posted.status, posted.text]).toEqual([303, ""]);
    expect(posted.headers.get("Location")).toMatch(
      /^\/api\/auth\/social\/apple\/callback\?response=[\w-]{43}$/,
    );
    expect(posted.headers.get("Cache-Control")).toBe("no-store");
    expect(posted.headers.getSetCookie()).toEqual([]);
    const answer = await returnFromProvider(browser, path);
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, "/account#"]);
    expect((await browser.send("GET", "/me")).body.data.email).toBe(email);
  });

  it("is stored sealed, and its handle as a hash", async () => {
    const { path, state } = await apple.startAndPost(service, { fields: { code: "the-code-in-question" } });
    const { results } = await env.DB.prepare(
      "SELECT * FROM oauth_transactions WHERE provider = 'apple'",
    ).all();
    const text = JSON.stringify(results);
    const handle = new URL(path, "http://gatehouse.test").searchParams.get("response") ?? "";
    expect(handle).toHaveLength(43);
    for (const secret of ["the-code-in-question", handle, state]) expect(text).not.toContain(secret);
    expect(results.at(-1)?.sealed_response).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it("opens one session for 50 concurrent requests with its handle", async () => {
    const { browser, nonce, path } = await apple.startAndPost(service);
    const email = await issueToken(nonce);
    const answers = await inParallel(50, () => returnFromProvider(browser, path));
    expect(statusCounts(answers)).toEqual({ 302: 1, 400: 49 });
    expect(await countSessions(email)).toBe(1);
  });

  it.each(D1_FAULTS)(
    "answers 503 under a D1 fault (%s), and a repeated post signs in or starts again",
    async (fault) => {
      const d1 = createFaultyD1(env.DB);
      const faulty = startService({ clock: service.clock, env: { ...apple.variables, DB: d1.db } });
      const { browser, nonce, location } = await apple.startRedirect(service);
      const fields = { state: location.searchParams.get("state") ?? "", code: "a-code" };
      d1.plan({ call: 1, fault });
      const interrupted = await apple.post(faulty, fields);
      expect([interrupted.status, d1.triggered]).toEqual([503, true]);
      d1.plan(null);
      const repeated = await apple.post(faulty, fields);
      // A lost answer has stored the response, which is stored once: the user starts again.
      expect(repeated.status).toBe(fault === "answer_lost" ? 400 : 303);
      if (fault === "answer_lost") return;
      await issueToken(nonce);
      const path = (repeated.headers.get("Location") ?? "").replace("/api/auth", "");
      expect((await returnFromProvider(browser, path)).headers.get("Location")).toBe("/account#");
    },
  );

  it("is stored once by 20 concurrent posts: the first one stays", async () => {
    const { location } = await apple.startRedirect(service);
    const state = location.searchParams.get("state") ?? "";
    const answers = await inParallel(20, () => apple.post(service, { state, code: "a-code" }));
    expect(statusCounts(answers)).toEqual({ 303: 1, 400: 19 });
  });

  it("signs in no other browser, and stays valid in its own", async () => {
    const { browser, nonce, path } = await apple.startAndPost(service);
    await issueToken(nonce);
    const otherBrowser = openBrowser(service);
    expectErrorResponse(await returnFromProvider(otherBrowser, path), 400, "token_invalid");
    await apple.startRedirect(service, otherBrowser);
    expectErrorResponse(await returnFromProvider(otherBrowser, path), 400, "token_invalid");
    await issueToken(nonce);
    expect((await returnFromProvider(browser, path)).status).toBe(302);
  });

  it("is not replaced by a code in the URL of the callback", async () => {
    const { browser, state } = await apple.startAndPost(service);
    const query = new URLSearchParams({ state, code: "another-code" });
    const answer = await returnFromProvider(browser, `/social/apple/callback?${query}`);
    expectErrorResponse(answer, 400, "token_invalid");
  });

  it("does not sign in with the parameters of another response beside the handle", async () => {
    const { browser, nonce, path } = await apple.startAndPost(service);
    await issueToken(nonce);
    const answer = await returnFromProvider(browser, `${path}&code=another-code&state=another-state`);
    expect(answer.status).toBe(302);
    const [request] = (await apple.requests()).filter((one) => one.path === "/token").slice(-1);
    expect(new URLSearchParams(request?.body).get("code")).toBe("a-code");
  });

  it("is accepted once within ten minutes of the start", async () => {
    const clock = createTestClock();
    const later = startService({ env: apple.variables, clock });
    const { browser, path } = await apple.startAndPost(later);
    clock.advance(10 * MINUTE);
    expectErrorResponse(await returnFromProvider(browser, path), 400, "token_invalid");
    const { location } = await apple.startRedirect(later);
    clock.advance(10 * MINUTE);
    const state = location.searchParams.get("state") ?? "";
    expect((await apple.post(later, { state, code: "a-code" })).status).toBe(400);
  });

  it("is accepted after a rotation of the root secret", async () => {
    const { browser, nonce, path } = await apple.startAndPost(service);
    const rotated = startService({
      env: {
        ...apple.variables,
        AUTH_SECRET: "the next root secret, of 32 bytes or more",
        AUTH_SECRET_PREVIOUS: "a test's root secret, 32 bytes or more",
      },
    });
    // The new isolate has no cached discovery document.
    const token = await apple.sign({ nonce, sub: crypto.randomUUID(), email: newAddress() });
    await apple.answer(apple.metadata, apple.tokens(token), apple.keySet);
    const Cookie = `__Host-gh_social=${browser.jar.get("__Host-gh_social")}`;
    const answer = await rotated.call("GET", `/api/auth${path}`, undefined, undefined, { Cookie });
    expect(answer.status).toBe(302);
  });

  it.each([
    ["an unknown state", { state: "x".repeat(43), code: "a-code" }],
    ["no state", { code: "a-code" }],
    ["no code and no error", { state: "x".repeat(43) }],
    ["a code with a line break", { state: "x".repeat(43), code: "a\ncode" }],
    ["a code of 5000 characters", { state: "x".repeat(43), code: "x".repeat(5000) }],
    ["a form of 20 kB", { state: "x".repeat(43), code: "a-code", id_token: "x".repeat(20_000) }],
  ])("is refused with a page after %s", async (_fault, fields) => {
    const answer = await apple.post(service, fields);
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([400, "text/html; charset=UTF-8"]);
    expect(answer.headers.get("Location")).toBeNull();
  });

  it("is refused unless it is a form", async () => {
    const { location } = await apple.startRedirect(service);
    const state = location.searchParams.get("state") ?? "";
    const body = JSON.stringify({ state, code: "a-code" });
    const send = (type: string) =>
      service.call("POST", "/api/auth/social/apple/callback", body, undefined, { "Content-Type": type });
    for (const type of ["application/json", "text/plain"]) expect((await send(type)).status).toBe(400);
  });

  it("is not accepted for a provider that redirects, is off or is unknown", async () => {
    const { location } = await other.startRedirect(service);
    const state = location.searchParams.get("state") ?? "";
    for (const id of ["oidc", "google", "__proto__"]) {
      const answer = await service.call(
        "POST",
        `/api/auth/social/${id}/callback`,
        new URLSearchParams({ state, code: "a-code" }).toString(),
        undefined,
        { "Content-Type": "application/x-www-form-urlencoded" },
      );
      expectErrorResponse(answer, 404, "not_found");
    }
  });
});
