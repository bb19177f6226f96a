import { beforeEach, describe, expect, it } from "vitest";
import { openBrowser } from "../../support/browser.ts";
import type { LoopbackAnswer } from "../../support/loopback/protocol.ts";
import { expectRefusal, expectSecurityHeaders } from "../../support/refusal.ts";
import { type Service, startService } from "../../support/service.ts";
import { openForgedIssuer } from "../../support/social/forged-issuer.ts";
import { comeBack, start } from "../../support/social/surf.ts";
import { allRows } from "../../support/tables.ts";

const forged = await openForgedIssuer();
let service: Service;

beforeEach(() => {
  service = startService({ env: forged.variables });
});

const text = (status: number, body: string, type = "application/json"): LoopbackAnswer => ({
  kind: "respond",
  status,
  headers: { "content-type": type },
  body,
});

const trouble: Record<string, LoopbackAnswer> = {
  "a 500": text(500, "Internal Server Error", "text/plain"),
  "a 503 with JSON": text(503, "{}"),
  "a 429": text(429, "{}"),
  "a redirect": { kind: "respond", status: 302, headers: { location: "https://elsewhere.example.com/" } },
  "a page of HTML": text(200, "<html>proxy</html>", "text/html"),
  garbage: text(200, '{"access_token": ', "application/json"),
  "an empty body": text(200, ""),
  "a list": text(200, "[]"),
  null: text(200, "null"),
  "something huge": text(200, JSON.stringify({ filler: "x".repeat(300_000) })),
  "a connection that breaks": { kind: "close" },
};

/** Sessions, accounts and identities: what a sign-in would have made. */
const made = async () => {
  const { accounts, identities, sessions, login_codes, outbox } = await allRows();
  return { accounts, identities, sessions, login_codes, outbox };
};

async function refusedWithNothingMade(
  ask: () => ReturnType<typeof comeBack>,
  html: () => ReturnType<typeof comeBack>,
) {
  const before = await made();
  const answer = await ask();
  expectRefusal(answer, 503, "unavailable");
  expect(answer.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/);
  expect(await made()).toEqual(before);
  const page = await html();
  expect([page.status, page.headers.get("Content-Type")]).toEqual([503, "text/html; charset=UTF-8"]);
  expect(page.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/);
  expect(page.text).toContain("does not answer just now");
  expectSecurityHeaders(page);
}

describe.each(Object.entries(trouble))("a provider that answers with %s", (_what, answer) => {
  it("to discovery sends nobody anywhere, and leaves no row", async () => {
    const rows = (await allRows()).social_sign_ins;
    await forged.answer(answer);
    const browser = openBrowser(service);
    await refusedWithNothingMade(
      () => start(browser, "oidc", "", { Accept: null }),
      () => start(browser, "oidc"),
    );
    expect((await allRows()).social_sign_ins).toEqual(rows);
    // It comes back, and so does the sign-in.
    await forged.answer(forged.metadata);
    expect((await start(browser, "oidc")).status).toBe(302);
  });

  it("to a code makes nothing", async () => {
    const first = await forged.round(service);
    const second = await forged.round(service);
    await forged.answer(answer);
    await refusedWithNothingMade(
      () => comeBack(first.browser, first.path),
      () => comeBack(second.browser, second.path, {}),
    );
  });

  it("for its keys makes nothing", async () => {
    const first = await forged.round(service);
    const second = await forged.round(service);
    const ask = async ({ browser, path, nonce }: typeof first, headers?: Record<string, null>) => {
      await forged.answer(forged.tokens(await forged.sign({ nonce })), answer);
      return comeBack(browser, path, headers);
    };
    await refusedWithNothingMade(
      () => ask(first),
      () => ask(second, {}),
    );
    // Nothing of it is remembered.
    const { browser, path, nonce } = await forged.round(service);
    await forged.answer(forged.tokens(await forged.sign({ nonce })), forged.keySet);
    expect((await comeBack(browser, path)).status).toBe(302);
  });
});

describe("a provider that never answers", () => {
  it.each<LoopbackAnswer>([{ kind: "hang" }, { kind: "hang_in_body", status: 200 }])(
    "is waited for a few seconds, and no longer ($kind)",
    async (answer) => {
      const before = await made();
      const { browser, path } = await forged.round(service);
      await forged.answer(answer);
      const started = Date.now();
      expectRefusal(await comeBack(browser, path), 503, "unavailable");
      expect(Date.now() - started).toBeLessThan(8_000);
      expect(await made()).toEqual(before);
    },
  );
});
