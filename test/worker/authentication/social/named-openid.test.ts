import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { newAddress } from "../../../support/users.ts";

const keycloak = await openForgedIssuer({ provider: "oidc-keycloak" });
const okta = await openForgedIssuer({ provider: "oidc-okta2" });
const unnamed = await openForgedIssuer();
const service = startService({
  env: {
    ...keycloak.variables,
    ...okta.variables,
    ...unnamed.variables,
    SOCIAL_OIDC_KEYCLOAK_NAME: "Staff account",
    SOCIAL_OIDC_KEYCLOAK_EMAIL_TRUST: "verified",
  },
});

type Issuer = typeof keycloak;

async function signIn(issuer: Issuer, claims: { sub: string; email: string }) {
  const { browser, path, nonce } = await issuer.startRedirect(service);
  await issuer.answer(issuer.tokens(await issuer.sign({ nonce, ...claims })), issuer.keySet);
  const answer = await returnFromProvider(browser, path);
  return { answer, me: (await browser.send("GET", "/me")).body.data };
}

describe("several OpenID providers (SOCIAL_OIDC_<NAME>_…)", () => {
  it("are listed with their names, and have a button each", async () => {
    expect((await service.get("/social")).body.data).toEqual([
      { id: "oidc", name: "OpenID Connect" },
      { id: "oidc-keycloak", name: "Staff account" },
      { id: "oidc-okta2", name: "Okta2" },
    ]);
    const { text } = await openPageBrowser(service).visit("/sign-in");
    for (const [id, name] of [
      ["oidc-keycloak", "Staff account"],
      ["oidc-okta2", "Okta2"],
    ]) {
      expect(text).toMatch(new RegExp(`href="/api/auth/social/${id}/start[^>]*>\\s*Continue with ${name}`));
    }
  });

  it("sign in with settings of their own, and keep the same subject apart", async () => {
    const sub = "the-same-subject";
    const staff = await signIn(keycloak, { sub, email: newAddress() });
    expect([staff.answer.status, staff.me.isVerified]).toEqual([302, true]);
    const guest = await signIn(okta, { sub, email: newAddress() });
    expect([guest.answer.status, guest.me.isVerified]).toEqual([302, false]);
    expect(guest.me.id).not.toBe(staff.me.id);
  });

  it("do not accept the callback of each other", async () => {
    const { browser, path } = await keycloak.startRedirect(service);
    const answer = await returnFromProvider(browser, path.replace("oidc-keycloak", "oidc-okta2"));
    expectErrorResponse(answer, 400, "token_invalid");
  });

  it("are unknown under a name that is not configured", async () => {
    for (const id of ["oidc-other", "oidc-", "oidc-__proto__", "oidc_keycloak", "OIDC-KEYCLOAK"]) {
      expectErrorResponse(await service.get(`/social/${id}/start`), 404, "not_found");
    }
  });
});
