import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../../src/oauth/clients/client.ts";
import { authorizeUrl, continuedUrl, grantsOf, redirectTo } from "../../../support/authorization-requests.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser, signedInAs } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });

async function arrange() {
  const client = await insertClient({ isFirstParty: true });
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  return { client, email, browser };
}

/** A superuser sets the flag. */
async function setFirstParty({ id }: Client, isFirstParty: boolean): Promise<void> {
  const { token } = await signedInAs(service, "superuser");
  const answer = await service.call("PATCH", `/api/auth/clients/${id}`, { isFirstParty }, token);
  if (answer.status !== 200) throw new Error(answer.text);
}

const errorOf = (answer: Parameters<typeof redirectTo>[0]) => redirectTo(answer, REDIRECT_URI).get("error");

describe("a grant that a client got as a first-party one", () => {
  it("is no consent once the flag is removed, and becomes one when the user allows it", async () => {
    const { client, browser } = await arrange();
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    await setFirstParty(client, false);
    const silent = authorizeUrl(client, { prompt: "none" });
    expect(errorOf(await browser.send("GET", silent))).toBe("consent_required");
    const page = await browser.visit(authorizeUrl(client));
    expect(headingOf(page)).toBe("Allow access");
    continuedUrl(await browser.submit(page, {}, "allow"));
    expect(redirectTo(await browser.send("GET", silent), REDIRECT_URI).has("code")).toBe(true);
    expect(await grantsOf(client)).toHaveLength(1);
  });

  it("stays a consent where the user has given it, also while the client is first-party", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { prompt: "consent" }));
    continuedUrl(await browser.submit(page, {}, "allow"));
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    await setFirstParty(client, false);
    const answer = await browser.send("GET", authorizeUrl(client, { prompt: "none" }));
    expect(redirectTo(answer, REDIRECT_URI).has("code")).toBe(true);
  });

  it("with more scopes than the user has allowed is asked again, for the requested ones alone", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { prompt: "consent", scope: "openid" }));
    continuedUrl(await browser.submit(page, {}, "allow"));
    const scope = "openid notes:write";
    redirectTo(await browser.send("GET", authorizeUrl(client, { scope })), REDIRECT_URI);
    await setFirstParty(client, false);
    const silent = (wanted: string) =>
      browser.send("GET", authorizeUrl(client, { prompt: "none", scope: wanted }));
    expect(errorOf(await silent(scope))).toBe("consent_required");
    const again = await browser.visit(authorizeUrl(client, { scope: "openid" }));
    continuedUrl(await browser.submit(again, {}, "allow"));
    expect(errorOf(await silent(scope))).toBe("consent_required");
    expect(redirectTo(await silent("openid"), REDIRECT_URI).has("code")).toBe(true);
  });

  it("has the instant of its creation in the lists", async () => {
    const { client, email, browser } = await arrange();
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    const { token } = await signedInAs(service, "superuser");
    const { body } = await service.call("GET", `/api/auth/clients/${client.id}/grants`, undefined, token);
    const [grant] = body.data.grants;
    expect([grant.userId, grant.updatedAt]).toEqual([await accountIdOf(email), grant.createdAt]);
    const row = "SELECT updated_at FROM oauth_grants WHERE client_id = ?";
    expect(await env.DB.prepare(row).bind(client.id).first("updated_at")).toBe(0);
  });
});
