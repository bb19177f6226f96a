import { env } from "cloudflare:workers";
import type { JWTPayload } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { authorizeUrl, codesOf, redirectTo } from "../../../support/authorization-requests.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, linkOn, openPageBrowser, type PageResponse } from "../../../support/pages.ts";
import { type Service, startService } from "../../../support/service.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { openProviders } from "../../../support/social/providers.ts";

const issuer = await openForgedIssuer();
const START = "/api/auth/social/oidc/start";
let service: Service;

beforeEach(() => {
  // A new isolate, which has not cached the key set of the issuer.
  service = startService({ env: { RESOURCES, ...issuer.variables } });
});

const now = () => Math.floor(service.clock.now() / 1000);

/** The callback of the provider after the redirect of `start`, with these claims in its ID token. */
async function returnFrom(
  browser: ReturnType<typeof openPageBrowser>,
  start: PageResponse,
  claims: JWTPayload,
) {
  const { searchParams } = new URL(start.headers.get("Location") ?? "");
  const token = await issuer.sign({ nonce: searchParams.get("nonce") ?? "", ...claims });
  await issuer.answer(issuer.tokens(token), issuer.keySet);
  const state = searchParams.get("state") ?? "";
  const query = new URLSearchParams({ code: "a-code", state, iss: issuer.issuer });
  return browser.send("GET", `/api/auth/social/oidc/callback?${query}`);
}

async function start(browser: ReturnType<typeof openPageBrowser>, path: string): Promise<PageResponse> {
  await issuer.answer(issuer.metadata);
  return browser.send("GET", path);
}

const demandOf = ({ headers }: PageResponse) => {
  const { searchParams } = new URL(headers.get("Location") ?? "");
  return [searchParams.get("prompt"), searchParams.get("max_age")];
};

const DEMANDS: [Record<string, string>][] = [[{ prompt: "login" }], [{ max_age: "30" }], [{ max_age: "0" }]];

describe.each(DEMANDS)("a sign-in by a provider for %j", (parameters) => {
  async function arrange() {
    const client = await insertClient({ isFirstParty: true });
    const browser = openPageBrowser(service);
    // The browser has a session already, so that only the new sign-in counts.
    const first = await start(browser, START);
    expect(demandOf(first)).toEqual([null, null]);
    expect((await returnFrom(browser, first, {})).status).toBe(302);
    service.clock.advance(60_000);
    const page = await browser.visit(authorizeUrl(client, parameters));
    expect(headingOf(page)).toBe("Sign in");
    const started = await start(browser, linkOn(page, START));
    expect(demandOf(started)).toEqual(["login", "0"]);
    return { client, browser, page, started };
  }

  it("counts when the provider has authenticated the user for it", async () => {
    const { client, browser, started } = await arrange();
    const answer = await returnFrom(browser, started, { auth_time: now() });
    expect(answer.status).toBe(302);
    const then = await browser.send("GET", answer.headers.get("Location") ?? "");
    expect(redirectTo(then, REDIRECT_URI).has("code")).toBe(true);
    expect(await codesOf(client)).toHaveLength(1);
  });

  it.each<[string, (at: number) => JWTPayload]>([
    ["an old session", (at) => ({ auth_time: at - 31 })],
    ["no auth_time", () => ({})],
  ])("does not count with %s of the provider", async (_name, claimsAt) => {
    const { client, browser, started } = await arrange();
    const answer = await returnFrom(browser, started, claimsAt(now()));
    expect(answer.status).toBe(400);
    expect(await codesOf(client)).toEqual([]);
  });

  it("does not count when it was started for another page, with an old session of the provider", async () => {
    const { client, browser, page } = await arrange();
    const other = await start(browser, START);
    expect((await returnFrom(browser, other, { auth_time: now() - 3600 })).status).toBe(302);
    const returnTo = new URL(page.path, "http://x.test").searchParams.get("returnTo") ?? "";
    expect(headingOf(await browser.visit(returnTo))).toBe("Sign in");
    expect(await codesOf(client)).toEqual([]);
  });
});

describe("the session of a sign-in by a provider", () => {
  it.each([
    [3600, 3600],
    [0, 0],
    [-3600, 0],
  ])(
    "has the auth_time of the provider, of %s seconds ago, but none of the future",
    async (age, expected) => {
      const browser = openPageBrowser(service);
      const auth_time = now() - age;
      const sub = crypto.randomUUID();
      const claims = { sub, email: `${sub}@example.com`, auth_time };
      expect((await returnFrom(browser, await start(browser, START), claims)).status).toBe(302);
      const row = await env.DB.prepare(
        "SELECT auth_time FROM sessions JOIN accounts ON accounts.id = account_id WHERE email = ?",
      )
        .bind(`${sub}@example.com`)
        .first<{ auth_time: number }>();
      expect(Math.floor((row?.auth_time ?? 0) / 1000)).toBe(now() - expected);
    },
  );

  it("of Google is not demanded, since Google supports neither parameter", async () => {
    const providers = openProviders();
    service = startService({ env: { RESOURCES, ...providers.variables } });
    const client = await insertClient({ isFirstParty: true });
    const browser = openPageBrowser(service);
    const page = await browser.visit(authorizeUrl(client, { prompt: "login" }));
    const started = await browser.send("GET", linkOn(page, "/api/auth/social/google/start"));
    expect(demandOf(started)).toEqual([null, null]);
  });
});
