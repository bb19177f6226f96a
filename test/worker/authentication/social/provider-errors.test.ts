import { beforeEach, describe, expect, it } from "vitest";
import type { ProviderErrorKind } from "../../../../src/core/provider-error.ts";
import { openBrowser } from "../../../support/browser.ts";
import type { LoopbackAnswer } from "../../../support/loopback/protocol.ts";
import { expectRefusal, expectSecurityHeaders } from "../../../support/refusal.ts";
import { type Service, startService } from "../../../support/service.ts";
import { returnFromProvider, start } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { allRows } from "../../../support/tables.ts";

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

const redirect = { kind: "respond", status: 302, headers: { location: "https://elsewhere.example.com/" } };

/** What it answers, and what the log says of that. */
const trouble: Record<string, readonly [LoopbackAnswer, ProviderErrorKind]> = {
  "a 500": [text(500, "Internal Server Error", "text/plain"), "bad_status"],
  "a 503 with JSON": [text(503, "{}"), "bad_status"],
  "a 429": [text(429, "{}"), "bad_status"],
  "a redirect": [redirect as LoopbackAnswer, "bad_status"],
  "a page of HTML": [text(200, "<html>proxy</html>", "text/html"), "bad_answer"],
  garbage: [text(200, '{"access_token": ', "application/json"), "bad_answer"],
  "an empty body": [text(200, ""), "bad_answer"],
  "a list": [text(200, "[]"), "bad_answer"],
  null: [text(200, "null"), "bad_answer"],
  "something huge": [text(200, JSON.stringify({ filler: "x".repeat(300_000) })), "bad_answer"],
  "a connection that breaks": [{ kind: "close" }, "unreachable"],
};

/** Sessions, accounts and identities: what a sign-in would have made. */
const made = async () => {
  const { accounts, identities, sessions, authorization_codes, outbox } = await allRows();
  return { accounts, identities, sessions, authorization_codes, outbox };
};

async function refusedWithNothingMade(
  reason: ProviderErrorKind,
  ask: () => ReturnType<typeof returnFromProvider>,
  html: () => ReturnType<typeof returnFromProvider>,
) {
  const before = await made();
  const answer = await ask();
  expectRefusal(answer, 503, "unavailable");
  expect(service.log.at(-1)?.providerErrors).toEqual([`oidc: ${reason}`]);
  expect(answer.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/);
  expect(await made()).toEqual(before);
  const page = await html();
  expect([page.status, page.headers.get("Content-Type")]).toEqual([503, "text/html; charset=UTF-8"]);
  expect(page.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/);
  expect(page.text).toContain("does not answer just now");
  expectSecurityHeaders(page);
}

describe.each(Object.entries(trouble))("a provider that answers with %s", (_what, [answer, reason]) => {
  it("to discovery sends nobody anywhere, and leaves no row", async () => {
    const rows = (await allRows()).oauth_transactions;
    await forged.answer(answer);
    const browser = openBrowser(service);
    await refusedWithNothingMade(
      reason,
      () => start(browser, "oidc", "", { Accept: null }),
      () => start(browser, "oidc"),
    );
    expect((await allRows()).oauth_transactions).toEqual(rows);
    // It comes back, and so does the sign-in.
    await forged.answer(forged.metadata);
    expect((await start(browser, "oidc")).status).toBe(302);
  });

  it("to a code makes nothing", async () => {
    const first = await forged.round(service);
    const second = await forged.round(service);
    await forged.answer(answer);
    await refusedWithNothingMade(
      reason,
      () => returnFromProvider(first.browser, first.path),
      () => returnFromProvider(second.browser, second.path, {}),
    );
  });

  it("for its keys makes nothing", async () => {
    const first = await forged.round(service);
    const second = await forged.round(service);
    const ask = async ({ browser, path, nonce }: typeof first, headers?: Record<string, null>) => {
      await forged.answer(forged.tokens(await forged.sign({ nonce })), answer);
      return returnFromProvider(browser, path, headers);
    };
    await refusedWithNothingMade(
      reason,
      () => ask(first),
      () => ask(second, {}),
    );
    // Nothing of it is remembered.
    const { browser, path, nonce } = await forged.round(service);
    await forged.answer(forged.tokens(await forged.sign({ nonce })), forged.keySet);
    expect((await returnFromProvider(browser, path)).status).toBe(302);
  });
});

describe("a provider that never answers", () => {
  it.each<LoopbackAnswer>([{ kind: "hang" }, { kind: "hang_in_body", status: 200 }])(
    "is waited for as long as it may take, and no longer ($kind)",
    async (answer) => {
      const before = await made();
      service = startService({ env: forged.variables, providerPatience: 500 });
      const { browser, path } = await forged.round(service);
      await forged.answer(answer);
      expectRefusal(await returnFromProvider(browser, path), 503, "unavailable");
      expect(service.log.at(-1)?.providerErrors).toEqual(["oidc: timeout"]);
      expect(await made()).toEqual(before);
    },
  );
});

it("a client secret that the provider does not know is trouble of its own kind, and no person's fault", async () => {
  const { browser, path } = await forged.round(service);
  await forged.answer(text(401, JSON.stringify({ error: "invalid_client", error_description: "canary" })));
  expectRefusal(await returnFromProvider(browser, path), 503, "unavailable");
  expect(service.log.at(-1)?.providerErrors).toEqual(["oidc: error_named"]);
});

it("a person who is refused is no trouble", async () => {
  const { browser, path } = await forged.round(service);
  await forged.answer(text(400, JSON.stringify({ error: "invalid_grant" })));
  expectRefusal(await returnFromProvider(browser, path), 400, "token_invalid");
  expect(service.log.at(-1)?.providerErrors).toBeUndefined();
});
