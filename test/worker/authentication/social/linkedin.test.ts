import { expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { CLIENT } from "../../../support/social/provider-client.ts";
import { newAddress } from "../../../support/users.ts";

const linkedIn = await openForgedIssuer({
  provider: "linkedin",
  document: () => ({ authorization_response_iss_parameter_supported: undefined }),
});
const service = startService({ env: linkedIn.variables });
// LinkedIn ignores the nonce of the request.
const claims = (more = {}) => ({ sub: crypto.randomUUID(), email: newAddress(), nonce: undefined, ...more });

it("signs in at LinkedIn without PKCE and a nonce, with the secret in the body", async () => {
  const { browser, path, location } = await linkedIn.startRedirect(service);
  for (const name of ["code_challenge", "nonce", "prompt"])
    expect(location.searchParams.has(name)).toBe(false);
  const { email, ...more } = claims();
  await linkedIn.answer(linkedIn.tokens(await linkedIn.sign({ ...more, email })), linkedIn.keySet);
  expect((await returnFromProvider(browser, path)).status).toBe(302);
  // LinkedIn verifies an address once.
  const me = (await browser.send("GET", "/me")).body.data;
  expect([me.email, me.isVerified]).toEqual([email, false]);
  const token = (await linkedIn.requests()).find((request) => request.path === "/token");
  const form = Object.fromEntries(new URLSearchParams(token?.body));
  expect(form).toMatchObject({ client_id: CLIENT.id, client_secret: CLIENT.secret });
  expect("code_verifier" in form).toBe(false);
});

it("returns a user who cancels at LinkedIn, before or after signing in there, to the sign-in page", async () => {
  for (const error of ["user_cancelled_login", "user_cancelled_authorize"]) {
    const { browser, path } = await linkedIn.startRedirect(service, undefined, { error, code: "" });
    const answer = await returnFromProvider(browser, path);
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, "/sign-in?returnTo=%2Faccount#"]);
  }
});

it("refuses an ID token of LinkedIn for another client or of another issuer", async () => {
  for (const changed of [{ aud: "another-app" }, { iss: "https://issuer.example.org" }]) {
    const { browser, path } = await linkedIn.startRedirect(service);
    await linkedIn.answer(linkedIn.tokens(await linkedIn.sign(claims(changed))), linkedIn.keySet);
    expectErrorResponse(await returnFromProvider(browser, path), 400, "token_invalid");
  }
});

it("requires an ID token of LinkedIn", async () => {
  const { browser, path } = await linkedIn.startRedirect(service);
  await linkedIn.answer(linkedIn.json({ access_token: "an-access-token", token_type: "Bearer" }));
  expectErrorResponse(await returnFromProvider(browser, path), 503, "unavailable");
});
