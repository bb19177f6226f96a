import { afterEach, describe, expect, it, vi } from "vitest";
import { createCaptchaProvider } from "../../src/captcha/providers.ts";
import type { CaptchaSettings } from "../../src/captcha/settings.ts";
import type { LoopbackAnswer } from "../support/loopback/protocol.ts";
import { received } from "../support/loopback/received.ts";
import { claim, HOSTNAME, type ProviderCase, type Siteverify } from "./captcha-provider-case.ts";
import { cases } from "./captcha-provider-cases.ts";
import { openCaptcha, refusal, responds, text } from "./captcha-provider-check.ts";

/** Short for the test, and long enough for a request to arrive on a busy machine. */
const SHORT_TIMEOUT_MS = 1_000;

async function verifyClaim(provider: ProviderCase, answer: LoopbackAnswer, timeout?: number) {
  const { verify, answer: set, requests } = openCaptcha(provider.settings, timeout);
  await set(answer);
  return { verdict: await verify(claim), requests: await received(requests) };
}

const formOf = (body: string | undefined) => Object.fromEntries(new URLSearchParams(body));

afterEach(() => vi.unstubAllGlobals());

describe.each(Object.entries(cases))("the captcha provider %s", (_id, provider) => {
  const { success } = provider;

  describe("verify", () => {
    it("sends one request with exactly the documented fields", async () => {
      const { verdict, requests } = await verifyClaim(provider, responds(success));
      expect(verdict).toBe("passed");
      expect(requests).toHaveLength(1);
      const [request] = requests;
      expect(request?.method).toBe("POST");
      expect(request?.path).toBe(new URL(provider.url).pathname);
      expect(request?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded(;|$)/);
      const fields = Object.entries(provider.fields).map(([name, value]) => [
        name,
        value instanceof RegExp ? expect.stringMatching(value) : value,
      ]);
      expect(formOf(request?.body)).toEqual(Object.fromEntries(fields));
    });

    it("omits the client's address if it is unknown", async () => {
      const { verify, answer, requests } = openCaptcha(provider.settings);
      await answer(responds(success));
      expect(await verify({ ...claim, ip: null })).toBe("passed");
      const names = Object.keys(provider.fields).filter((name) => name !== "remoteip");
      expect(Object.keys(formOf((await requests())[0]?.body)).sort()).toEqual(names.sort());
    });

    it("uses the provider's production URL by default and follows no redirect", async () => {
      const fetchMock = vi.fn<typeof fetch>(async () => Response.json(success));
      vi.stubGlobal("fetch", fetchMock);
      const own = createCaptchaProvider({ ...provider.settings(""), apiBase: null } as CaptchaSettings);
      expect(await own?.verify(claim)).toBe("passed");
      expect(fetchMock.mock.calls.map(([url]) => url)).toEqual([provider.url]);
      expect(fetchMock.mock.calls[0]?.[1]?.redirect).toBe("manual");
    });

    it("reads a response of up to 64 KiB with unknown keys", async () => {
      const { verdict } = await verifyClaim(provider, responds({ ...success, cdata: "x".repeat(60_000) }));
      expect(verdict).toBe("passed");
    });
  });

  describe("verify of an invalid token", () => {
    it.each([
      ["an expired or used token", refusal("timeout-or-duplicate")],
      ["a made-up token", refusal("invalid-input-response")],
      ["no token", refusal("missing-input-response")],
      ["an unknown error code", refusal("something-new")],
      ["a refusal without a code", { success: false }],
      ["a refusal with all fields of a success", { ...success, success: false }],
      ["a success that names an error", { ...success, "error-codes": ["timeout-or-duplicate"] }],
      ["another site", { ...success, hostname: "evil.example.com" }],
      ["a hostname that starts with the site's", { ...success, hostname: `${HOSTNAME}.example.net` }],
      ["a subdomain of the site", { ...success, hostname: `x.${HOSTNAME}` }],
      ["an empty hostname", { ...success, hostname: "" }],
      ["no hostname", { ...success, hostname: undefined }],
    ])("fails for %s", async (_name, response) => {
      const { verdict, requests } = await verifyClaim(provider, responds(response));
      expect(verdict).toBe("failed");
      expect(requests).toHaveLength(1);
    });

    it("fails for the second use of a token", async () => {
      const { verify, answer } = openCaptcha(provider.settings);
      await answer(responds(success), responds(refusal("timeout-or-duplicate")));
      expect([await verify(claim), await verify(claim)]).toEqual(["passed", "failed"]);
    });

    it.each([
      ["empty", ""],
      ["longer than the maximum", "x".repeat(4097)],
    ])("fails for a token that is %s, without a request", async (_name, token) => {
      const { verify, answer, requests } = openCaptcha(provider.settings);
      await answer(responds(success));
      expect(await verify({ ...claim, token })).toBe("failed");
      expect(await requests()).toEqual([]);
    });
  });

  describe("verify after a provider error", () => {
    it.each([
      ["an unknown secret", refusal("invalid-input-secret")],
      ["a missing secret", refusal("missing-input-secret")],
      ["an internal error of the provider", refusal("internal-error")],
      ["a malformed request", refusal("bad-request")],
      [
        "a configuration error beside a token error",
        refusal("invalid-input-response", "invalid-input-secret"),
      ],
      ["a success with a configuration error", { ...success, "error-codes": ["invalid-input-secret"] }],
      ["a success as a string", { ...success, success: "true" }],
      ["a success as a number", { ...success, success: 1 }],
      ["a response without success", { ...success, success: undefined }],
      ["a hostname that is no string", { ...success, hostname: [HOSTNAME] }],
      ["error codes that are no list", { ...success, "error-codes": "timeout-or-duplicate" }],
      ["a list as the body", [success]],
    ])("returns unavailable for %s", async (_name, response) => {
      const { verdict, requests } = await verifyClaim(provider, responds(response as Siteverify));
      expect(verdict).toBe("unavailable");
      expect(requests).toHaveLength(1);
    });

    it.each([201, 204, 302, 307, 400, 401, 403, 404, 429, 500, 503])(
      "returns unavailable for a success with the status %i, without a redirect or retry",
      async (status) => {
        const { verdict, requests } = await verifyClaim(
          provider,
          status === 204 ? text(status, "") : responds(success, status),
        );
        expect(verdict).toBe("unavailable");
        expect(requests).toHaveLength(1);
      },
    );

    it("returns unavailable for a redirect, even to a URL that would return a success", async () => {
      const { url, verify, answer, requests } = openCaptcha(provider.settings);
      const location = `${url}${new URL(provider.url).pathname}`;
      await answer({ kind: "respond", status: 307, headers: { location } }, responds(success));
      expect(await verify(claim)).toBe("unavailable");
      expect(await requests()).toHaveLength(1);
    });

    it.each(["", " ", "null", "true", "[]", "{}", '"success"', '{"success":true', "<html>proxy</html>"])(
      "returns unavailable for the body %j",
      async (body) => {
        expect((await verifyClaim(provider, text(200, body))).verdict).toBe("unavailable");
      },
    );

    it("returns unavailable for a body of more than 64 KiB", async () => {
      const { verdict } = await verifyClaim(provider, responds({ ...success, cdata: "x".repeat(64 * 1024) }));
      expect(verdict).toBe("unavailable");
    });

    it.each<LoopbackAnswer>([
      { kind: "hang" },
      { kind: "hang_in_body", status: 200 },
      { ...(responds(success) as Extract<LoopbackAnswer, { kind: "respond" }>), delay: 3 * SHORT_TIMEOUT_MS },
    ])("returns unavailable for a response that is not complete in time: $kind", async (answer) => {
      const { verdict, requests } = await verifyClaim(provider, answer, SHORT_TIMEOUT_MS);
      expect(verdict).toBe("unavailable");
      expect(requests).toHaveLength(1);
    });

    it("returns unavailable for a broken connection and a refused connection", async () => {
      const { verdict, requests } = await verifyClaim(provider, { kind: "close" });
      expect(verdict).toBe("unavailable");
      expect(requests).toHaveLength(1);
      const unreachable = createCaptchaProvider(provider.settings("http://127.0.0.1:1"));
      expect(await unreachable?.verify(claim)).toBe("unavailable");
    });
  });

  it.each(provider.specificResponses)(
    "returns $verdict for $name",
    async ({ response, verdict: expected }) => {
      const { verdict, requests } = await verifyClaim(provider, responds({ ...success, ...response }));
      expect(verdict).toBe(expected);
      expect(requests).toHaveLength(1);
    },
  );
});

it("sends Turnstile a new idempotency key with each call, so that no token passes twice", async () => {
  const { verify, requests } = openCaptcha((cases.turnstile as ProviderCase).settings);
  await Promise.all([verify(claim), verify(claim), verify(claim)]);
  const sent = (await requests()).map(({ body }) => formOf(body).idempotency_key);
  expect(new Set(sent).size).toBe(3);
});

it("returns no captcha if captchas are off", () => {
  expect(createCaptchaProvider({ provider: "off" })).toBeNull();
});
