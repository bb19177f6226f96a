import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { browserSession, signInRoutes } from "../../../src/client/hono.ts";
import { callingWorker } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { VERIFIER } from "../../support/social/app.ts";
import { signedInMember } from "../../support/users.ts";

// What a visitor of an app sends is the visitor's: whatever it is, it is no mistake of whoever set up the app.

const service = startService({ env: { AUDIENCES: "web,notes" } });
const worker = callingWorker(service, { props: { audience: "notes", permissions: ["verify", "sign-in"] } });
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

/** A way that this browser has set out on, as its cookie has it. */
async function startRedirect() {
  const sent = await visit("/sign-in");
  const state = new URL(sent.headers.get("Location") ?? "").searchParams.get("state") ?? "";
  const [, name = "", value = ""] =
    /^__Host-notes_([^=]+)=([^;]*)/.exec(sent.headers.get("Set-Cookie") ?? "") ?? [];
  return { state, name, value };
}

describe("what a visitor sends that is far too long", () => {
  it("is a code that does not lead in", async () => {
    const { state, name, value } = await startRedirect();
    const back = await visit(`/signed-in?code=${"x".repeat(129)}&state=${state}`, { [name]: value });
    expect([back.status, await back.text()]).toEqual([400, expect.stringContaining("did not work")]);
  });

  it.each(["v", "v".repeat(129)])("or too short, is a verifier that fits no code: %s", async (verifier) => {
    const { state, name, value } = await startRedirect();
    const forged = JSON.stringify({ ...JSON.parse(decodeURIComponent(value)), verifier });
    const cookies = { [name]: encodeURIComponent(forged) };
    expect((await visit(`/signed-in?code=code&state=${state}`, cookies)).status).toBe(400);
  });

  it("is a User-Agent that is cut", async () => {
    const { refreshToken } = await signedInMember(service);
    const headers = { "User-Agent": "M".repeat(8193) };
    const answer = await visit("/in", { refresh: refreshToken }, headers);
    expect([answer.status, await answer.text()]).toEqual([200, "in"]);
  });

  it("is a cookie that keeps nobody signed in, and goes", async () => {
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

  it("is a device that nobody knows", async () => {
    const exchange = {
      code: "c",
      codeVerifier: VERIFIER,
      client: { ...client, deviceToken: "d".repeat(2049) },
    };
    expect(await worker.call("exchangeCode", exchange)).toEqual({ ok: false, reason: "code_invalid" });
  });
});
