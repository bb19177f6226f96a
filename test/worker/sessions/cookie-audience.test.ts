import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { openBrowser, signedInBrowser } from "../../support/browser.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../support/one-time-codes.ts";
import { headingOf, openPageBrowser } from "../../support/pages.ts";
import { OWN_AUDIENCE, resourceList } from "../../support/resources.ts";
import { startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: { ...providers.variables, RESOURCES: resourceList("notes") } });

const ACCESS = "__Host-gh_access";

/** A user with tokens for another audience. */
async function memberAtNotes() {
  const { email, refreshToken } = await registerAndLogIn(service);
  const { token, refreshToken: next } = (await service.post("/refresh", { refreshToken, audience: "notes" }))
    .body.data;
  return { email, token, refreshToken: next };
}

describe("the access cookie", () => {
  it("rejects a token of another audience in the access cookie on pages and routes, except for sign-out", async () => {
    const { token, refreshToken } = await memberAtNotes();
    const pages = openPageBrowser(service);
    pages.jar.set(ACCESS, token);
    for (const path of ["/account", "/account/sessions"]) {
      expect(headingOf(await pages.visit(path))).toBe("Sign in");
    }
    const browser = openBrowser(service);
    browser.jar.set(ACCESS, token);
    expectErrorResponse(await browser.send("GET", "/me"), 401, "unauthorized");
    expectErrorResponse(await browser.write("POST", "/logout-all"), 401, "unauthorized");
    // Sign-out accepts a token of any audience.
    const { token: own } = (await service.post("/refresh", { refreshToken })).body.data;
    expect((await service.get("/me", own)).status).toBe(200);
    browser.jar.set(ACCESS, token);
    expect((await browser.write("POST", "/logout")).status).toBe(200);
    expectErrorResponse(await service.get("/me", own), 401, "unauthorized");
  });

  it("links no identity for a token of another audience in the access cookie", async () => {
    const { email, token } = await memberAtNotes();
    const browser = openBrowser(service);
    browser.jar.set(ACCESS, token);
    const accessToken = await providers.tokenOf(socialUser());
    await browser.write("POST", "/social/github/token", { accessToken, transport: "cookie" });
    const linked =
      "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    expect(await env.DB.prepare(linked).bind(email).first()).toEqual({ n: 0 });
  });
});

type PrepareRequest = () => Promise<[path: string, body: object]>;

const tokenRoutes: Record<string, PrepareRequest> = {
  "/login": async () => [
    "/login",
    { email: (await registerVerifiedUser(service)).email, password: PASSWORD },
  ],
  "/login/otp": async () => {
    const { email, token } = await registerAndLogIn(service);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    return ["/login/otp", await startSecondFactor(service, email)];
  },
  "/social/:provider/token": async () => [
    "/social/github/token",
    { accessToken: await providers.tokenOf(socialUser()) },
  ],
};

describe("cookie transport with another audience", () => {
  it.each(Object.entries(tokenRoutes))(
    "%s rejects cookie transport with another audience and consumes nothing",
    async (_route, prepare) => {
      const [path, body] = await prepare();
      const browser = openBrowser(service);
      const request = (audience: string) =>
        browser.write("POST", path, { ...body, transport: "cookie", audience }, { Origin: null });
      const refused = await request("notes");
      expectErrorResponse(refused, 400, "validation_failed");
      expect(refused.body.error?.fields?.map((field) => field.path)).toEqual(["audience"]);
      expect(browser.jar.has(ACCESS)).toBe(false);
      expect((await request("gatehouse")).status).toBe(200);
      expect(decodeJwt(browser.jar.get(ACCESS) ?? "").aud).toBe(OWN_AUDIENCE);
    },
  );

  it("/refresh rejects cookie transport with another audience and consumes nothing", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    const before = browser.jar.get("__Host-gh_refresh");
    expectErrorResponse(
      await browser.write("POST", "/refresh", { audience: "notes" }),
      400,
      "validation_failed",
    );
    expect(browser.jar.get("__Host-gh_refresh")).toBe(before);
    expect((await browser.write("POST", "/refresh", { audience: "gatehouse" })).status).toBe(200);
  });
});
