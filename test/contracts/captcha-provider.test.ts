import { afterEach, describe, expect, it, vi } from "vitest";
import { createCaptcha } from "../../src/captcha/providers.ts";
import type { CaptchaSettings } from "../../src/captcha/settings.ts";
import type { LoopbackAnswer } from "../support/loopback/protocol.ts";
import { received } from "../support/loopback/received.ts";
import { asked, HOSTNAME, type ProviderCase, type Said } from "./captcha-provider-case.ts";
import { cases } from "./captcha-provider-cases.ts";
import { openCheck, refusal, says, text } from "./captcha-provider-check.ts";

/** Milliseconds: short enough to wait for, and long enough for a request to arrive on a busy machine. */
const IMPATIENT = 1_000;

async function answered(provider: ProviderCase, answer: LoopbackAnswer, timeout?: number) {
  const { verify, answer: set, requests } = openCheck(provider.settings, timeout);
  await set(answer);
  return { verdict: await verify(asked), requests: await received(requests) };
}

const formOf = (body: string | undefined) => Object.fromEntries(new URLSearchParams(body));

afterEach(() => vi.unstubAllGlobals());

describe.each(Object.entries(cases))("the captcha provider %s", (_id, provider) => {
  const { success } = provider;

  describe("succeeds", () => {
    it("asks in the provider's own words about exactly this token, and once", async () => {
      const { verdict, requests } = await answered(provider, says(success));
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

    it("leaves the client's address out when it is not known", async () => {
      const { verify, answer, requests } = openCheck(provider.settings);
      await answer(says(success));
      expect(await verify({ ...asked, ip: null })).toBe("passed");
      const names = Object.keys(provider.fields).filter((name) => name !== "remoteip");
      expect(Object.keys(formOf((await requests())[0]?.body)).sort()).toEqual(names.sort());
    });

    it("asks the provider's own host, unless another is set", async () => {
      const asking = vi.fn<typeof fetch>(async () => Response.json(success));
      vi.stubGlobal("fetch", asking);
      const own = createCaptcha({ ...provider.settings(""), apiBase: null } as CaptchaSettings);
      expect(await own?.verify(asked)).toBe("passed");
      expect(asking.mock.calls.map(([url]) => url)).toEqual([provider.url]);
      expect(asking.mock.calls[0]?.[1]?.redirect).toBe("manual");
    });

    it("reads an answer of up to 64 KiB, with keys that it does not know", async () => {
      const { verdict } = await answered(provider, says({ ...success, cdata: "x".repeat(60_000) }));
      expect(verdict).toBe("passed");
    });
  });

  describe("refuses", () => {
    it.each([
      ["an expired or a spent token", refusal("timeout-or-duplicate")],
      ["a made-up token", refusal("invalid-input-response")],
      ["no token", refusal("missing-input-response")],
      ["a code of later days", refusal("something-new")],
      ["a refusal without a code", { success: false }],
      ["a refusal that is a success otherwise", { ...success, success: false }],
      ["a success that names an error", { ...success, "error-codes": ["timeout-or-duplicate"] }],
      ["another site", { ...success, hostname: "evil.example.com" }],
      ["a name around the site's", { ...success, hostname: `${HOSTNAME}.example.net` }],
      ["a subdomain of the site", { ...success, hostname: `x.${HOSTNAME}` }],
      ["an empty hostname", { ...success, hostname: "" }],
      ["no hostname", { ...success, hostname: undefined }],
    ])("%s", async (_what, said) => {
      const { verdict, requests } = await answered(provider, says(said));
      expect(verdict).toBe("failed");
      expect(requests).toHaveLength(1);
    });

    it("the second use of a token", async () => {
      const { verify, answer } = openCheck(provider.settings);
      await answer(says(success), says(refusal("timeout-or-duplicate")));
      expect([await verify(asked), await verify(asked)]).toEqual(["passed", "failed"]);
    });

    it.each([
      ["empty", ""],
      ["longer than any", "x".repeat(4097)],
    ])("a token that is %s, without asking", async (_what, token) => {
      const { verify, answer, requests } = openCheck(provider.settings);
      await answer(says(success));
      expect(await verify({ ...asked, token })).toBe("failed");
      expect(await requests()).toEqual([]);
    });
  });

  describe("says unavailable, and never passed,", () => {
    it.each([
      ["a secret that is not known", refusal("invalid-input-secret")],
      ["a secret that did not arrive", refusal("missing-input-secret")],
      ["an error of the provider", refusal("internal-error")],
      ["a request that it cannot read", refusal("bad-request")],
      ["our fault beside the token's", refusal("invalid-input-response", "invalid-input-secret")],
      ["a success that names our fault", { ...success, "error-codes": ["invalid-input-secret"] }],
      ["a success as text", { ...success, success: "true" }],
      ["a success as a number", { ...success, success: 1 }],
      ["no success", { ...success, success: undefined }],
      ["a hostname that is no text", { ...success, hostname: [HOSTNAME] }],
      ["codes that are no list", { ...success, "error-codes": "timeout-or-duplicate" }],
      ["a list", [success]],
    ])("to %s", async (_what, said) => {
      const { verdict, requests } = await answered(provider, says(said as Said));
      expect(verdict).toBe("unavailable");
      expect(requests).toHaveLength(1);
    });

    it.each([201, 204, 302, 307, 400, 401, 403, 404, 429, 500, 503])(
      "to a success under the status %i, which it does not follow or repeat",
      async (status) => {
        const { verdict, requests } = await answered(
          provider,
          status === 204 ? text(status, "") : says(success, status),
        );
        expect(verdict).toBe("unavailable");
        expect(requests).toHaveLength(1);
      },
    );

    it("to a redirect, even to an address of its own that would say yes", async () => {
      const { url, verify, answer, requests } = openCheck(provider.settings);
      const location = `${url}${new URL(provider.url).pathname}`;
      await answer({ kind: "respond", status: 307, headers: { location } }, says(success));
      expect(await verify(asked)).toBe("unavailable");
      expect(await requests()).toHaveLength(1);
    });

    it.each(["", " ", "null", "true", "[]", "{}", '"success"', '{"success":true', "<html>proxy</html>"])(
      "to the body %j",
      async (body) => {
        expect((await answered(provider, text(200, body))).verdict).toBe("unavailable");
      },
    );

    it("to a body of more than 64 KiB", async () => {
      const { verdict } = await answered(provider, says({ ...success, cdata: "x".repeat(64 * 1024) }));
      expect(verdict).toBe("unavailable");
    });

    it.each<LoopbackAnswer>([
      { kind: "hang" },
      { kind: "hang_in_body", status: 200 },
      { ...(says(success) as Extract<LoopbackAnswer, { kind: "respond" }>), delay: 3 * IMPATIENT },
    ])("to an answer that is not whole in time: $kind", async (answer) => {
      const { verdict, requests } = await answered(provider, answer, IMPATIENT);
      expect(verdict).toBe("unavailable");
      expect(requests).toHaveLength(1);
    });

    it("to a connection that breaks, and one that does not come about", async () => {
      const { verdict, requests } = await answered(provider, { kind: "close" });
      expect(verdict).toBe("unavailable");
      expect(requests).toHaveLength(1);
      const nobody = createCaptcha(provider.settings("http://127.0.0.1:1"));
      expect(await nobody?.verify(asked)).toBe("unavailable");
    });
  });

  it.each(provider.ownAnswers)("says $verdict to $name", async ({ said, verdict: expected }) => {
    const { verdict, requests } = await answered(provider, says({ ...success, ...said }));
    expect(verdict).toBe(expected);
    expect(requests).toHaveLength(1);
  });
});

it("gives turnstile a new idempotency key for each call, so that no token is good twice", async () => {
  const { verify, requests } = openCheck((cases.turnstile as ProviderCase).settings);
  await Promise.all([verify(asked), verify(asked), verify(asked)]);
  const sent = (await requests()).map(({ body }) => formOf(body).idempotency_key);
  expect(new Set(sent).size).toBe(3);
});

it("checks nothing where captchas are off", () => {
  expect(createCaptcha({ provider: "off" })).toBeNull();
});
