import { describe, expect, it } from "vitest";
import { authorizeUrl, codesOf, continuedUrl, redirectTo } from "../../../support/authorization-requests.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { mailedCodeTo } from "../../../support/one-time-codes.ts";
import { headingOf, linkOn, signedInPageBrowser } from "../../../support/pages.ts";
import { addTotp, CODE, TEST_FACTORS, WRONG_CODE } from "../../../support/reauthentication-factors.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES }, secondFactors: TEST_FACTORS });
const TWO = "urn:gatehouse:acr:2fa";
const CONFIRM = "Confirm that it is you";
const essential = (...values: string[]) => JSON.stringify({ id_token: { acr: { essential: true, values } } });

async function arrange({ at = service } = {}) {
  const client = await insertClient({ isFirstParty: true });
  const { email } = await registerVerifiedUser(at);
  const browser = await signedInPageBrowser(at, email);
  at.clock.advance(60_000);
  return { client, email, browser };
}

const codeOf = (answer: Parameters<typeof redirectTo>[0]) => redirectTo(answer, REDIRECT_URI).has("code");
const errorOf = (answer: Parameters<typeof redirectTo>[0]) => redirectTo(answer, REDIRECT_URI).get("error");

describe("acr_values", () => {
  it("lead to a confirmation by another factor, and then back to the client", async () => {
    const { client, email, browser } = await arrange();
    await addTotp(email);
    const page = await browser.visit(authorizeUrl(client, { acr_values: `gold ${TWO}` }));
    expect(headingOf(page)).toBe(CONFIRM);
    const wrong = await browser.submit(page, { password: PASSWORD, code: WRONG_CODE });
    expect(wrong.status).toBe(400);
    const after = await browser.submit(wrong, { password: PASSWORD, code: CODE });
    expect(continuedUrl(after)).toContain("/oauth/authorize?");
    expect(codeOf(await browser.send("GET", continuedUrl(after)))).toBe(true);
    const [code] = await codesOf(client);
    const session = await service.env.DB.prepare("SELECT amr, reauthenticated_at FROM sessions WHERE id = ?")
      .bind(code?.session_id)
      .first();
    expect(session).toEqual({ amr: "pwd otp mfa", reauthenticated_at: service.clock.now() });
    // The session has what the next request asks for.
    expect(codeOf(await browser.send("GET", authorizeUrl(client, { acr_values: TWO })))).toBe(true);
  });

  it("take a mailed code from a user without any other factor", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { acr_values: TWO }));
    const sent = await browser.submit(page);
    const after = await browser.submit(sent, { code: await mailedCodeTo(service, email) });
    expect(codeOf(await browser.send("GET", continuedUrl(after)))).toBe(true);
  });

  it("are voluntary: the user continues without, and is asked once for a request", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { acr_values: TWO }));
    const answer = await browser.send("GET", linkOn(page, "/oauth/authorize"));
    expect(codeOf(answer)).toBe(true);
    const again = await browser.visit(authorizeUrl(client, { acr_values: TWO }));
    expect(headingOf(again)).toBe(CONFIRM);
  });

  it("offer to set up a factor where the account has none that is strong enough", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { acr_values: "phr" }));
    expect(page.text).toContain('href="/account/two-step"');
    expect(page.text).not.toContain('name="password"');
    expect(codeOf(await browser.send("GET", linkOn(page, "/oauth/authorize")))).toBe(true);
  });

  it("ask for nothing that the session has, and nothing that is unknown", async () => {
    const { client, browser } = await arrange();
    for (const acr_values of ["urn:gatehouse:acr:1fa", `${TWO} urn:gatehouse:acr:1fa`, "gold"])
      expect(codeOf(await browser.send("GET", authorizeUrl(client, { acr_values })))).toBe(true);
  });
});

describe("an essential acr", () => {
  it("fails if the user does not meet it", async () => {
    const { client, email, browser } = await arrange();
    await addTotp(email);
    const url = authorizeUrl(client, { claims: essential(TWO) });
    const page = await browser.visit(url);
    const without = await browser.send("GET", linkOn(page, "/oauth/authorize"));
    expect(errorOf(without)).toBe("unmet_authentication_requirements");
    const silent = authorizeUrl(client, { claims: essential(TWO), prompt: "none" });
    expect(errorOf(await browser.send("GET", silent))).toBe("unmet_authentication_requirements");
    const after = await browser.submit(page, { password: PASSWORD, code: CODE });
    expect(codeOf(await browser.send("GET", continuedUrl(after)))).toBe(true);
    expect(codeOf(await browser.send("GET", silent))).toBe(true);
  });

  it("fails at once if its values are unknown; other claims ask for nothing", async () => {
    const { client, browser } = await arrange();
    const unknown = authorizeUrl(client, { claims: essential("gold") });
    expect(errorOf(await browser.send("GET", unknown))).toBe("unmet_authentication_requirements");
    for (const claims of [
      "{",
      "[]",
      '{"id_token":{"acr":{"values":["gold"]}}}',
      '{"userinfo":{"email":null}}',
    ])
      expect(codeOf(await browser.send("GET", authorizeUrl(client, { claims })))).toBe(true);
  });
});

describe("max_age", () => {
  it("counts from a reauthentication", async () => {
    const { client, browser } = await arrange();
    service.clock.advance(600_000);
    const page = await browser.visit("/account/confirm?factor=password");
    expect((await browser.submit(page, { password: PASSWORD })).path).toBe("/account");
    service.clock.advance(30_000);
    const answer = await browser.send("GET", authorizeUrl(client, { max_age: "30" }));
    expect(codeOf(answer)).toBe(true);
  });
});
