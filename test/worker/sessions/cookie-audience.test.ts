import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { openBrowser, signedInBrowser } from "../../support/browser.ts";
import { openPages, titleOf } from "../../support/pages.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { challengeOf } from "../../support/second-factor.ts";
import { startService } from "../../support/service.ts";
import { VERIFIER } from "../../support/social/app.ts";
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { member, PASSWORD, signedInMember } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: { ...providers.variables, AUDIENCES: "web,notes" } });

const ACCESS = "__Host-gh_access";

/** Somebody's access token as another consumer has it. */
async function atNotes() {
  const { email, refreshToken } = await signedInMember(service);
  const { token, refreshToken: next } = (await service.post("/refresh", { refreshToken, audience: "notes" }))
    .body.data;
  return { email, token, refreshToken: next };
}

describe("a token in a cookie is of the first of AUDIENCES", () => {
  it("and another consumer's, put there, signs in to no page and no route", async () => {
    const { token, refreshToken } = await atNotes();
    const pages = openPages(service);
    pages.jar.set(ACCESS, token);
    for (const path of ["/account", "/account/sessions"]) {
      expect(titleOf(await pages.visit(path))).toBe("Sign in");
    }
    const browser = openBrowser(service);
    browser.jar.set(ACCESS, token);
    expectRefusal(await browser.send("GET", "/me"), 401, "unauthorized");
    expectRefusal(await browser.write("POST", "/logout-all"), 401, "unauthorized");
    // Its owner can sign out with it wherever it is.
    const { token: own } = (await service.post("/refresh", { refreshToken })).body.data;
    expect((await service.get("/me", own)).status).toBe(200);
    browser.jar.set(ACCESS, token);
    expect((await browser.write("POST", "/logout")).status).toBe(200);
    expectRefusal(await service.get("/me", own), 401, "unauthorized");
  });

  it("nor does it link a provider's token that a page sends along", async () => {
    const { email, token } = await atNotes();
    const browser = openBrowser(service);
    browser.jar.set(ACCESS, token);
    const accessToken = await providers.tokenOf(socialUser());
    await browser.write("POST", "/social/github/token", { accessToken, transport: "cookie" });
    const linked =
      "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    expect(await env.DB.prepare(linked).bind(email).first()).toEqual({ n: 0 });
  });
});

type Asking = () => Promise<[path: string, body: object]>;

const issuing: Record<string, Asking> = {
  "/login": async () => ["/login", { email: (await member(service)).email, password: PASSWORD }],
  "/login/otp": async () => {
    const { email, token } = await signedInMember(service);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    return ["/login/otp", await challengeOf(service, email)];
  },
  "/social/:provider/token": async () => [
    "/social/github/token",
    { accessToken: await providers.tokenOf(socialUser()) },
  ],
  "/exchange": async () => {
    const code = await authorizationCodeFor((await member(service)).email, service.clock.now());
    return ["/exchange", { code, codeVerifier: VERIFIER }];
  },
};

describe("cookies are not asked for with another audience", () => {
  it.each(Object.entries(issuing))("at %s, which spends nothing on it", async (_route, ready) => {
    const [path, body] = await ready();
    const browser = openBrowser(service);
    const ask = (audience: string) =>
      browser.write("POST", path, { ...body, transport: "cookie", audience }, { Origin: null });
    const refused = await ask("notes");
    expectRefusal(refused, 400, "validation_failed");
    expect(refused.body.error?.fields?.map((field) => field.path)).toEqual(["audience"]);
    expect(browser.jar.has(ACCESS)).toBe(false);
    expect((await ask("web")).status).toBe(200);
    expect(decodeJwt(browser.jar.get(ACCESS) ?? "").aud).toBe("web");
  });

  it("at /refresh, which spends nothing on it", async () => {
    const browser = await signedInBrowser(service, (await member(service)).email);
    const before = browser.jar.get("__Host-gh_refresh");
    expectRefusal(await browser.write("POST", "/refresh", { audience: "notes" }), 400, "validation_failed");
    expect(browser.jar.get("__Host-gh_refresh")).toBe(before);
    expect((await browser.write("POST", "/refresh", { audience: "web" })).status).toBe(200);
  });
});
