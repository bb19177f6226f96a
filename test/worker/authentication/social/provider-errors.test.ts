import { beforeEach, describe, expect, it } from "vitest";
import type { ProviderErrorKind } from "../../../../src/core/provider-error.ts";
import { expectErrorResponse, expectSecurityHeaders } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import type { LoopbackAnswer } from "../../../support/loopback/protocol.ts";
import { type Service, startService } from "../../../support/service.ts";
import { returnFromProvider, start } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";

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

/** Responses of a provider, each with the kind of error that the log line names. */
const faultyResponses: Record<string, readonly [LoopbackAnswer, ProviderErrorKind]> = {
  "a 500": [text(500, "Internal Server Error", "text/plain"), "bad_status"],
  "a 503 with JSON": [text(503, "{}"), "bad_status"],
  "a 429": [text(429, "{}"), "bad_status"],
  "a redirect": [redirect as LoopbackAnswer, "bad_status"],
  "an HTML page": [text(200, "<html>proxy</html>", "text/html"), "bad_answer"],
  "malformed JSON": [text(200, '{"access_token": ', "application/json"), "bad_answer"],
  "an empty body": [text(200, ""), "bad_answer"],
  "a list": [text(200, "[]"), "bad_answer"],
  null: [text(200, "null"), "bad_answer"],
  "a body of 300 kB": [text(200, JSON.stringify({ filler: "x".repeat(300_000) })), "bad_answer"],
  "a closed connection": [{ kind: "close" }, "unreachable"],
};

/** The rows that a sign-in writes. */
const signInRows = async () => {
  const { accounts, identities, sessions, outbox } = await readAllRows();
  return { accounts, identities, sessions, outbox };
};

async function expectUnavailable(
  reason: ProviderErrorKind,
  requestJson: () => ReturnType<typeof returnFromProvider>,
  requestPage: () => ReturnType<typeof returnFromProvider>,
) {
  const before = await signInRows();
  const answer = await requestJson();
  expectErrorResponse(answer, 503, "unavailable");
  expect(service.log.at(-1)?.providerErrors).toEqual([`oidc: ${reason}`]);
  expect(answer.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/);
  expect(await signInRows()).toEqual(before);
  const page = await requestPage();
  expect([page.status, page.headers.get("Content-Type")]).toEqual([503, "text/html; charset=UTF-8"]);
  expect(page.headers.get("Retry-After")).toMatch(/^[1-9]\d*$/);
  expect(page.text).toContain("is not responding");
  expectSecurityHeaders(page);
}

describe.each(Object.entries(faultyResponses))(
  "a provider that responds with %s",
  (_fault, [answer, reason]) => {
    it("refuses the start of a sign-in when discovery fails and stores no transaction", async () => {
      const rows = (await readAllRows()).oauth_transactions;
      await forged.answer(answer);
      const browser = openBrowser(service);
      await expectUnavailable(
        reason,
        () => start(browser, "oidc", "", { Accept: null }),
        () => start(browser, "oidc"),
      );
      expect((await readAllRows()).oauth_transactions).toEqual(rows);
      // The provider recovers, and so does the sign-in.
      await forged.answer(forged.metadata);
      expect((await start(browser, "oidc")).status).toBe(302);
    });

    it("refuses the callback when the token endpoint fails and writes no row", async () => {
      const first = await forged.startRedirect(service);
      const second = await forged.startRedirect(service);
      await forged.answer(answer);
      await expectUnavailable(
        reason,
        () => returnFromProvider(first.browser, first.path),
        () => returnFromProvider(second.browser, second.path, {}),
      );
    });

    it("refuses the callback when the key set fails and does not cache the response", async () => {
      const first = await forged.startRedirect(service);
      const second = await forged.startRedirect(service);
      const requestCallback = async (
        { browser, path, nonce }: typeof first,
        headers?: Record<string, null>,
      ) => {
        await forged.answer(forged.tokens(await forged.sign({ nonce })), answer);
        return returnFromProvider(browser, path, headers);
      };
      await expectUnavailable(
        reason,
        () => requestCallback(first),
        () => requestCallback(second, {}),
      );
      // The faulty key set is not cached.
      const { browser, path, nonce } = await forged.startRedirect(service);
      await forged.answer(forged.tokens(await forged.sign({ nonce })), forged.keySet);
      expect((await returnFromProvider(browser, path)).status).toBe(302);
    });
  },
);

describe("provider timeout", () => {
  it.each<LoopbackAnswer>([{ kind: "hang" }, { kind: "hang_in_body", status: 200 }])(
    "refuses the callback when the provider does not respond in time ($kind)",
    async (answer) => {
      const before = await signInRows();
      service = startService({ env: forged.variables, providerTimeoutMs: 500 });
      const { browser, path } = await forged.startRedirect(service);
      await forged.answer(answer);
      expectErrorResponse(await returnFromProvider(browser, path), 503, "unavailable");
      expect(service.log.at(-1)?.providerErrors).toEqual(["oidc: timeout"]);
      expect(await signInRows()).toEqual(before);
    },
  );
});

it("reports a client secret that the provider rejects as unavailable, not as a refused user", async () => {
  const { browser, path } = await forged.startRedirect(service);
  await forged.answer(text(401, JSON.stringify({ error: "invalid_client", error_description: "canary" })));
  expectErrorResponse(await returnFromProvider(browser, path), 503, "unavailable");
  expect(service.log.at(-1)?.providerErrors).toEqual(["oidc: error_named"]);
});

it("logs no provider error for an invalid code", async () => {
  const { browser, path } = await forged.startRedirect(service);
  await forged.answer(text(400, JSON.stringify({ error: "invalid_grant" })));
  expectErrorResponse(await returnFromProvider(browser, path), 400, "token_invalid");
  expect(service.log.at(-1)?.providerErrors).toBeUndefined();
});
