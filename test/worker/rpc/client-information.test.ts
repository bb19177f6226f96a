import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { browserSession, signInRoutes } from "../../../src/client/hono.ts";
import { resourceList } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { CODE_VERIFIER } from "../../support/social/client-application.ts";
import { registerAndLogIn } from "../../support/users.ts";

// Invalid input of an app's visitor must not count as a `bad_request` of the app's Worker.

const service = startService({ env: { RESOURCES: resourceList("notes") } });
const worker = createRpcCaller(service, { props: { audience: "notes", permissions: ["verify", "sign-in"] } });
const client = { ip: "192.0.2.7", userAgent: "a phone" };

const binding = new Proxy(
  {},
  {
    get:
      (_, name) =>
      (...given: unknown[]) =>
        worker.call(name as "verifyToken", ...given),
  },
);
const gatehouse = () => ({ binding: binding as never, pages: "http://gatehouse.test", name: "notes" });
const app = new Hono()
  .route("/", signInRoutes(gatehouse))
  .get("/in", browserSession(gatehouse), (c) => c.text("in"));

const visit = (path: string, cookies: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  app.request(`https://notes.test${path}`, {
    headers: {
      Cookie: Object.entries(cookies)
        .map(([name, value]) => `__Host-notes_${name}=${value}`)
        .join("; "),
      ...headers,
    },
  });

/** Starts the redirect to the sign-in page. Returns its state and the cookie that binds it to the browser. */
async function startRedirect() {
  const redirect = await visit("/sign-in");
  const state = new URL(redirect.headers.get("Location") ?? "").searchParams.get("state") ?? "";
  const [, name = "", value = ""] =
    /^__Host-notes_([^=]+)=([^;]*)/.exec(redirect.headers.get("Set-Cookie") ?? "") ?? [];
  return { state, name, value };
}

describe("over-long input of an app's visitor", () => {
  it("rejects an over-long authorization code with the page for a failed sign-in", async () => {
    const { state, name, value } = await startRedirect();
    const back = await visit(`/signed-in?code=${"x".repeat(129)}&state=${state}`, { [name]: value });
    expect([back.status, await back.text()]).toEqual([400, expect.stringContaining("Sign-in failed")]);
  });

  it.each(["v", "v".repeat(129)])(
    "rejects a code verifier that is too short or too long: %s",
    async (verifier) => {
      const { state, name, value } = await startRedirect();
      const forged = JSON.stringify({ ...JSON.parse(decodeURIComponent(value)), verifier });
      const cookies = { [name]: encodeURIComponent(forged) };
      expect((await visit(`/signed-in?code=code&state=${state}`, cookies)).status).toBe(400);
    },
  );

  it("truncates an over-long User-Agent and keeps the session", async () => {
    const { refreshToken } = await registerAndLogIn(service);
    const headers = { "User-Agent": "M".repeat(8193) };
    const answer = await visit("/in", { refresh: refreshToken }, headers);
    expect([answer.status, await answer.text()]).toEqual([200, "in"]);
  });

  it("rejects over-long session cookies and clears them", async () => {
    const cookies = { access: "a".repeat(8193), refresh: "r".repeat(8193) };
    const answer = await visit("/in", cookies);
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-notes_access=; Max-Age=0/),
      expect.stringMatching(/^__Host-notes_refresh=; Max-Age=0/),
    ]);
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const request = {
      method: "POST",
      headers: { ...headers, Cookie: `__Host-notes_refresh=${cookies.refresh}` },
    };
    expect((await app.request("https://notes.test/sign-out", request)).status).toBe(303);
  });

  it("treats an over-long device token as an unknown device", async () => {
    const exchange = {
      code: "c",
      codeVerifier: CODE_VERIFIER,
      client: { ...client, deviceToken: "d".repeat(2049) },
    };
    expect(await worker.call("exchangeCode", exchange)).toEqual({ ok: false, reason: "code_invalid" });
  });
});
