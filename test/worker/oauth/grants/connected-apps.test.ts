import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../../src/oauth/clients/client.ts";
import {
  authorizeUrl,
  codesOf,
  grantsOf,
  redeemCode,
  redirectTo,
  signInToClient,
} from "../../../support/authorization-requests.ts";
import { insertClient, NOTES, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { formsIn, headingOf, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, logIn, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });

async function arrange(overrides: Partial<Client> = {}) {
  const client = await insertClient({ isFirstParty: true, ...overrides });
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  const { token } = await logIn(service, email);
  return { client, email, browser, token };
}

const isLive = async (sessionId: unknown): Promise<boolean> =>
  (await env.DB.prepare("SELECT 1 FROM sessions WHERE id = ? AND revoked_at IS NULL")
    .bind(sessionId)
    .first()) !== null;

describe("GET /me/apps", () => {
  it("lists the apps of the caller with their scopes and last use", async () => {
    const { client, browser, token } = await arrange();
    expect((await service.get("/me/apps", token)).body.data).toEqual([]);
    const createdAt = new Date(service.clock.now()).toISOString();
    await signInToClient(service, browser, client);
    const [grant] = await grantsOf(client);
    const expected = {
      id: grant?.id,
      clientId: client.id,
      name: "Notes",
      redirectHost: "notes.example.com",
      resource: NOTES.uri,
      scopes: ["notes:read", "openid"],
      createdAt,
      lastUsedAt: createdAt,
    };
    const { status, body } = await service.get("/me/apps", token);
    expect([status, body.data]).toEqual([200, [expected]]);
    const other = await arrange();
    expect((await service.get("/me/apps", other.token)).body.data).toEqual([]);
  });
});

describe("DELETE /me/apps/:id", () => {
  it("ends the sessions of the app on all devices, its codes, and the consent", async () => {
    const { client, email, browser, token } = await arrange();
    const second = await signedInPageBrowser(service, email);
    const scope = "openid offline_access notes:read";
    const tokens = [
      await signInToClient(service, browser, client, { scope }),
      await signInToClient(service, second, client, { scope }),
    ];
    const other = await insertClient({ isFirstParty: true });
    const kept = decodeJwt((await signInToClient(service, browser, other)).access_token).sid;
    const pending =
      redirectTo(await browser.send("GET", authorizeUrl(client, { scope })), REDIRECT_URI).get("code") ?? "";
    const [grant] = await grantsOf(client);
    const answer = await service.call("DELETE", `/api/auth/me/apps/${grant?.id}`, undefined, token);
    expect(answer.status).toBe(200);
    for (const { access_token } of tokens) {
      const { sid } = decodeJwt(access_token);
      expect(await isLive(sid)).toBe(false);
      expect(await env.KV.get(`deny:sid:${sid}`)).toBe("1");
    }
    expect(await isLive(kept)).toBe(true);
    expect([await grantsOf(client), await codesOf(client)]).toEqual([[], []]);
    expect((await redeemCode(service, client, pending)).status).toBe(400);
    for (const { refresh_token = "" } of tokens) {
      const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token }).toString();
      const refreshed = await service.call("POST", "/oauth/token", body, undefined, {
        "Content-Type": "application/x-www-form-urlencoded",
        Authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}`,
      });
      expect(JSON.parse(refreshed.text).error).toBe("invalid_grant");
    }
    const events = await env.DB.prepare(
      "SELECT actor_id, details FROM audit_events WHERE account_id = ? AND type = 'app_revoked'",
    )
      .bind(await accountIdOf(email))
      .all<{ actor_id: string; details: string }>();
    expect(events.results).toEqual([
      { actor_id: await accountIdOf(email), details: JSON.stringify({ client: client.id }) },
    ]);
    const again = await service.call("DELETE", `/api/auth/me/apps/${grant?.id}`, undefined, token);
    expect(again.status).toBe(404);
  });

  it("refuses the consent of another user, which stays", async () => {
    const { client, browser } = await arrange();
    await signInToClient(service, browser, client);
    const [grant] = await grantsOf(client);
    const other = await arrange();
    const answer = await service.call("DELETE", `/api/auth/me/apps/${grant?.id}`, undefined, other.token);
    expect(answer.status).toBe(404);
    expect(await grantsOf(client)).toHaveLength(1);
  });

  it("makes an app ask again", async () => {
    const { client, browser } = await arrange({ isFirstParty: false });
    await browser.submit(await browser.visit(authorizeUrl(client)), {}, "allow");
    const page = await browser.visit("/account/apps");
    expect(page.text).toContain("<strong>Notes</strong>");
    expect(page.text).toContain(
      `Sign you in with your account · Access ${NOTES.uri} on your behalf · Read your notes`,
    );
    const after = await browser.submit(page, {
      id: formsIn(page).find(({ values }) => values.id)?.values.id ?? "",
    });
    expect(after.text).toContain("The app no longer has access.");
    expect(after.text).toContain("No app is connected.");
    expect(headingOf(await browser.visit(authorizeUrl(client)))).toBe("Allow access");
  });
});

describe("the list of sessions", () => {
  it("names the client of a session", async () => {
    const { client, browser, token } = await arrange({ name: "My <Notes>" });
    await signInToClient(service, browser, client);
    const { data } = (await service.get("/sessions", token)).body;
    expect(data.map(({ app }: { app: string | null }) => app).sort()).toEqual(["My <Notes>", null, null]);
    const page = await browser.visit("/account/sessions");
    expect(page.text).toContain("My &lt;Notes&gt; (");
  });

  it("ending the browser session ends the sessions that it has opened, except those with offline_access", async () => {
    const { client, browser } = await arrange();
    const online = decodeJwt((await signInToClient(service, browser, client)).access_token).sid;
    const scope = "openid offline_access";
    const offline = decodeJwt((await signInToClient(service, browser, client, { scope })).access_token).sid;
    await browser.submit(await browser.visit("/sign-out"));
    expect([await isLive(online), await isLive(offline)]).toEqual([false, true]);
  });

  it("a new sign-in of the same user keeps the sessions in clients, and one of another user ends them", async () => {
    const { client, email, browser } = await arrange();
    const { access_token } = await signInToClient(service, browser, client);
    const { sid } = decodeJwt(access_token);
    service.clock.advance(1000);
    const signInAs = async (address: string) => {
      const page = await browser.visit(authorizeUrl(client, { prompt: "login" }));
      await browser.submit(page, { email: address, password: PASSWORD });
      service.clock.advance(1000);
    };
    await signInAs(email);
    expect(await isLive(sid)).toBe(true);
    const row = await env.DB.prepare(
      "SELECT parent.revoked_at AS ended FROM sessions JOIN sessions parent ON parent.id = sessions.parent_id WHERE sessions.id = ?",
    )
      .bind(sid)
      .first<{ ended: number | null }>();
    expect(row).toEqual({ ended: null });
    await signInAs((await registerVerifiedUser(service)).email);
    expect(await isLive(sid)).toBe(false);
  });
});
