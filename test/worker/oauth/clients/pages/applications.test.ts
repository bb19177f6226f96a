import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hashOneTimeToken } from "../../../../../src/core/crypto/one-time-token.ts";
import {
  CALLBACK,
  insertGrant,
  NOTES_API,
  RESOURCES,
  registeredClient,
} from "../../../../support/client-administration.ts";
import { headingOf, linkOn, signedInPageBrowser } from "../../../../support/pages.ts";
import { startService } from "../../../../support/service.ts";
import { PASSWORD, signedInAs } from "../../../../support/users.ts";

const service = startService({ env: { RESOURCES } });

async function superuserBrowser() {
  const { email } = await signedInAs(service, "superuser");
  return signedInPageBrowser(service, email);
}

const rowOf = (id: string) => env.DB.prepare("SELECT * FROM oauth_clients WHERE id = ?").bind(id).first();
const hashesOf = async (id: string) =>
  (
    await env.DB.prepare(
      "SELECT secret_hash AS hash FROM oauth_client_secrets WHERE client_id = ? ORDER BY created_at",
    )
      .bind(id)
      .all<{ hash: string }>()
  ).results.map(({ hash }) => hash);
const secretIn = (text: string) => /gths_[\w-]+/.exec(text)?.[0] ?? "";

/** A registered client, and a browser with its page. */
async function openApplication(fields: object = {}) {
  const { client, superuser } = await registeredClient(service, fields);
  const browser = await signedInPageBrowser(service, superuser.email);
  const path = `/admin/applications/${client.id}`;
  return { browser, path, page: await browser.visit(path), client };
}

describe("/admin/applications/new", () => {
  it("registers a web app, and shows its secret in that response only", async () => {
    const browser = await superuserBrowser();
    const form = await browser.visit("/admin/applications/new");
    const answer = await browser.press(form, {
      clientName: "Notes",
      clientKind: "web",
      redirectUris: `${CALLBACK}\r\nhttp://localhost:8788/callback`,
      scopes: "openid notes:read",
      "resource-0": "yes",
      "resource-1": "",
    });
    expect([answer.status, headingOf(answer), answer.headers.get("Cache-Control")]).toEqual([
      201,
      "Application created",
      "no-store",
    ]);
    const path = linkOn(answer, "/admin/applications/client_");
    const id = path.split("/").at(-1) ?? "";
    const secret = secretIn(answer.text);
    expect(await hashesOf(id)).toEqual([await hashOneTimeToken(secret)]);
    expect(await rowOf(id)).toMatchObject({
      redirect_uris: JSON.stringify([CALLBACK, "http://localhost:8788/callback"]),
      resources: JSON.stringify([NOTES_API]),
      scopes: '["openid","notes:read"]',
      source: "admin",
    });
    expect((await browser.visit(path)).text).not.toContain("gths_");
    expect((await browser.visit("/admin/applications")).text).toContain(id);
  });

  it("shows the problem of each field, and keeps the values", async () => {
    const browser = await superuserBrowser();
    const form = await browser.visit("/admin/applications/new");
    const answer = await browser.press(form, {
      clientName: "Notes",
      clientKind: "spa",
      redirectUris: "http://app.example.com/callback",
      scopes: "openid unknown",
    });
    expect(answer.status).toBe(400);
    for (const text of [
      'id="redirectUris-problem"',
      'id="scopes-problem"',
      "http://app.example.com/callback</textarea>",
    ]) {
      expect(answer.text).toContain(text);
    }
  });

  it("asks for an API for a machine", async () => {
    const browser = await superuserBrowser();
    const form = await browser.visit("/admin/applications/new");
    const fields = {
      clientName: "Job",
      clientKind: "machine",
      redirectUris: "",
      scopes: "openid notes:read",
    };
    const refused = await browser.press(form, { ...fields, "resource-0": "", "resource-1": "" });
    expect([refused.status, refused.text.includes("Please choose an API.")]).toEqual([400, true]);
    const answer = await browser.press(form, { ...fields, "resource-0": "yes", "resource-1": "" });
    expect(answer.status).toBe(201);
  });

  it("is for superusers only", async () => {
    const { email } = await signedInAs(service, "admin");
    const browser = await signedInPageBrowser(service, email);
    expect((await browser.visit("/admin/applications")).status).toBe(403);
    expect((await browser.visit("/account")).text).not.toContain("/admin/applications");
  });
});

describe("/admin/applications/:id", () => {
  it("changes the settings", async () => {
    const { browser, page, client } = await openApplication();
    const answer = await browser.submit(
      page,
      {
        clientName: "Renamed",
        logoUri: "https://app.example.com/logo.png",
        redirectUris: "https://app.example.com/other",
        scopes: "openid tools:use",
        accessTtl: "300",
        refreshGrace: "60",
        backchannelLogoutUri: "https://app.example.com/logout",
        "resource-0": "",
        "resource-1": "yes",
        isFirstParty: "yes",
        rotates: "yes",
        requiresPushed: "",
      },
      "save",
    );
    expect([answer.status, headingOf(answer)]).toEqual([200, "Renamed"]);
    expect(await rowOf(client.id)).toMatchObject({
      name: "Renamed",
      logo_uri: "https://app.example.com/logo.png",
      redirect_uris: '["https://app.example.com/other"]',
      resources: '["https://mcp.example.com"]',
      scopes: '["openid","tools:use"]',
      access_token_ttl: 300,
      refresh_grace_seconds: 60,
      backchannel_logout_uri: "https://app.example.com/logout",
      is_first_party: 1,
      rotates_refresh_tokens: 1,
      requires_pushed_requests: 0,
    });
  });

  it("saves a form without changes without changing anything", async () => {
    const { browser, page, client } = await openApplication({ accessTokenTtl: 600 });
    const before = await rowOf(client.id);
    const unchecked = { isFirstParty: "", requiresPushed: "", "resource-0": "", "resource-1": "" };
    expect((await browser.press(page, unchecked, "save")).status).toBe(303);
    expect(await rowOf(client.id)).toEqual(before);
  });

  it("refuses a lifetime that is no number", async () => {
    const { browser, page } = await openApplication();
    const answer = await browser.press(page, { accessTtl: "an hour" }, "save");
    expect([answer.status, answer.text.includes('id="accessTtl-problem"')]).toEqual([400, true]);
  });

  it("creates a second secret, which it shows once, and deletes the first", async () => {
    const { browser, page, path, client } = await openApplication();
    service.clock.advance(1000);
    const [first] = await hashesOf(client.id);
    const answer = await browser.press(page, { overlap: "3600" }, "rotate");
    expect(answer.status).toBe(201);
    const second = await hashOneTimeToken(secretIn(answer.text));
    expect(await hashesOf(client.id)).toEqual([first, second]);
    const id = await env.DB.prepare("SELECT id FROM oauth_client_secrets WHERE secret_hash = ?")
      .bind(first)
      .first("id");
    await browser.submit(await browser.visit(path), { secretId: String(id) }, "deleteSecret");
    expect(await hashesOf(client.id)).toEqual([second]);
  });

  it("shows the grants, and is deleted after a confirmation", async () => {
    const { browser, path, client } = await openApplication();
    const { id, email } = await signedInAs(service, "user");
    await insertGrant(client.id, id, service.clock.now());
    const page = await browser.visit(path);
    expect(page.text).toContain(email);
    expect((await browser.press(page, { sure: "" }, "delete")).status).toBe(400);
    const answer = await browser.submit(page, { sure: "yes" }, "delete");
    expect([answer.path, answer.text.includes("The application is deleted.")]).toEqual([
      "/admin/applications",
      true,
    ]);
    expect(await rowOf(client.id)).toBeNull();
    expect((await browser.visit(path)).status).toBe(404);
  });

  it("shows no settings of a client that a file or a document manages", async () => {
    for (const source of ["configuration", "metadata"]) {
      const { browser, client } = await openApplication();
      await env.DB.prepare("UPDATE oauth_clients SET source = ? WHERE id = ?").bind(source, client.id).run();
      const shown = await browser.visit(`/admin/applications/${client.id}`);
      expect([
        shown.status,
        shown.text.includes('value="save"'),
        shown.text.includes('value="delete"'),
      ]).toEqual([200, false, true]);
    }
  });

  it("opens a client whose id is a URL", async () => {
    const { client, superuser } = await registeredClient(service, { type: "public" });
    const id = `https://app.acme.com/${client.id}.json`;
    await env.DB.prepare("UPDATE oauth_clients SET id = ?, source = 'metadata' WHERE id = ?")
      .bind(id, client.id)
      .run();
    const browser = await signedInPageBrowser(service, superuser.email);
    const path = linkOn(
      await browser.visit("/admin/applications"),
      `/admin/applications/${encodeURIComponent(id)}`,
    );
    expect((await browser.visit(path)).text).toContain(id);
    const { body } = await service.call(
      "GET",
      `/api/auth/clients/${encodeURIComponent(id)}`,
      undefined,
      superuser.token,
    );
    expect(body.data.client.id).toBe(id);
  });
});

describe("a superuser who has signed in more than ten minutes ago", () => {
  const arrange = async () => {
    const own = startService({ env: { RESOURCES } });
    const { client, superuser } = await registeredClient(own);
    const browser = await signedInPageBrowser(own, superuser.email);
    const path = `/admin/applications/${client.id}`;
    const opened = {
      settings: await browser.visit(path),
      form: await browser.visit("/admin/applications/new"),
    };
    own.clock.advance(10 * 60_000);
    return { client, browser, path, opened };
  };

  it("confirms by the password, then changes the application", async () => {
    const { client, browser, path } = await arrange();
    const page = await browser.visit(path);
    expect(page.text).toContain("Confirm that it is you to change or delete this application.");
    expect(page.text).toContain(client.id);
    expect(page.text).not.toContain('value="save"');
    const wrong = await browser.submit(page, { password: "wrong password" }, "confirm");
    expect(wrong.status).toBe(401);
    const confirmed = await browser.submit(wrong, { password: PASSWORD }, "confirm");
    expect(confirmed.path).toBe(path);
    const saved = await browser.submit(confirmed, { clientName: "Renamed" }, "save");
    expect([saved.path, (await rowOf(client.id))?.name]).toEqual([path, "Renamed"]);
  });

  it("confirms before the form of a new application", async () => {
    const { browser } = await arrange();
    const page = await browser.visit("/admin/applications/new");
    expect(page.text).not.toContain('name="clientName"');
    const form = await browser.submit(page, { password: PASSWORD }, "confirm");
    expect(form.text).toContain('name="clientName"');
  });

  it.each([["save"], ["rotate"], ["delete"], ["deleteSecret"]])(
    "cannot use the form %s of a page that was opened before",
    async (act) => {
      const { client, browser, opened } = await arrange();
      const before = [await rowOf(client.id), await hashesOf(client.id)];
      const answer = await browser.submit(opened.settings, act === "delete" ? { sure: "yes" } : {}, act);
      expect(answer.status).toBe(403);
      expect([await rowOf(client.id), await hashesOf(client.id)]).toEqual(before);
    },
  );

  it("cannot create one by a form that was opened before", async () => {
    const { browser, opened } = await arrange();
    const count = "SELECT count(*) AS n FROM oauth_clients";
    const before = await env.DB.prepare(count).first("n");
    const fields = { clientName: "Late", clientKind: "web", redirectUris: CALLBACK, scopes: "openid" };
    expect((await browser.submit(opened.form, fields)).status).toBe(403);
    expect(await env.DB.prepare(count).first("n")).toBe(before);
  });
});
