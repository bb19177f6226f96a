import { describe, expect, it } from "vitest";
import { createKey, NOTES, NOTES_RESOURCE } from "../../../support/api-keys.ts";
import { enableSecondFactor } from "../../../support/one-time-codes.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { logIn, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const FILES = "https://files.example.test";
const RESOURCES = JSON.stringify([
  ...JSON.parse(NOTES_RESOURCE),
  { uri: FILES, scopes: { "files:read": "Read your files", "files:delete": "files:delete" } },
]);
const MINUTES = 60_000;
const service = startService({ env: { RESOURCES } });

async function signedIn(own = service, language = "en") {
  const { email } = await registerVerifiedUser(own);
  const browser = await signedInPageBrowser(own, email, { language });
  return { email, browser };
}

const keysOf = async (email: string) =>
  (await service.get("/me/keys", (await logIn(service, email)).token)).body.data;
/** The form of the page, with only these scopes. A browser sends no unchecked boxes. */
const formOf = (text: string, fields: Record<string, string>) => {
  const [, csrf = ""] = /name="csrf" value="([^"]+)"/.exec(text) ?? [];
  return { csrf, act: "create", ...fields };
};
const READ = { keyName: "Backup", resource: NOTES, expiry: "90", "scope notes:read": "yes" };

describe("the page of API keys, without a script", () => {
  it("shows a new key once, in a field that can be copied, and lists it without its secret", async () => {
    const { email, browser } = await signedIn();
    const page = await browser.visit("/account/keys");
    expect([page.status, headingOf(page)]).toEqual([200, "API keys"]);
    expect(page.text).toContain("You have no API keys.");
    const created = await browser.post("/account/keys", formOf(page.text, READ));
    expect([created.status, headingOf(created)]).toEqual([200, "Your new key"]);
    expect(created.headers.get("Cache-Control")).toBe("no-store");
    const [, key = ""] = /<input id="key"[^>]* value="(gth_\w{12}_\w{49})"/.exec(created.text) ?? [];
    expect(key).not.toBe("");
    expect(created.text).toMatch(/<input id="key"[^>]*readonly/);
    expect(created.text).toContain('<label for="key">Backup</label>');
    const list = await browser.visit("/account/keys");
    expect(list.text).toContain(`gth_${key.slice(4, 16)}…`);
    expect(list.text).toContain("notes · notes:read");
    expect(list.text).not.toContain(key.slice(17, 60));
    expect(await keysOf(email)).toMatchObject([{ name: "Backup", resource: NOTES, scopes: ["notes:read"] }]);
  });

  it("creates no second key when the form is sent again", async () => {
    const { email, browser } = await signedIn();
    const form = formOf((await browser.visit("/account/keys")).text, READ);
    await browser.post("/account/keys", form);
    const again = await browser.post("/account/keys", form);
    expect(again.status).toBe(400);
    expect(again.text).toContain("You already have a key with this name.");
    expect(await keysOf(email)).toHaveLength(1);
  });

  it("offers the scopes of the chosen resource", async () => {
    const { email, browser } = await signedIn();
    const first = await browser.visit("/account/keys");
    expect(first.text).toContain("Read your notes");
    expect(first.text).not.toContain("Read your files");
    const page = await browser.visit(`/account/keys?resource=${encodeURIComponent(FILES)}`);
    expect(page.text).toContain("Read your files");
    expect(page.text).not.toContain("Read your notes");
    expect(page.text).toContain(`<input type="hidden" name="resource" value="${FILES}"/>`);
    const fields = { keyName: "Files", resource: FILES, expiry: "never", "scope files:delete": "yes" };
    const created = await browser.post(page.path, formOf(page.text, fields));
    expect(created.status).toBe(200);
    expect(await keysOf(email)).toMatchObject([
      { resource: FILES, scopes: ["files:delete"], expiresAt: null },
    ]);
  });

  it.each([
    ["no name", { keyName: "" }, "Please fill this in."],
    ["a long name", { keyName: "a".repeat(65) }, "Please use 64 characters at most."],
    ["no scope", { "scope notes:read": undefined }, "Please choose at least one permission."],
    ["the scope of another resource", { "scope files:read": "yes" }, 'role="alert"'],
    ["an unknown resource", { resource: "https://other.example.test" }, 'role="alert"'],
  ])(
    "shows the form again with an error for %s, and keeps what was entered",
    async (_title, fields, text) => {
      const { email, browser } = await signedIn();
      const page = await browser.visit("/account/keys");
      const given = Object.entries({ ...READ, ...fields }).filter(([, value]) => value !== undefined);
      const answer = await browser.post(
        "/account/keys",
        formOf(page.text, Object.fromEntries(given) as typeof READ),
      );
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(text);
      if (!("scope notes:read" in fields))
        expect(answer.text).toMatch(/name="scope notes:read"[^>]* checked/);
      expect(await keysOf(email)).toEqual([]);
    },
  );

  it("asks for the password after a while to create a key, and not to revoke one", async () => {
    const { email, browser } = await signedIn();
    const { id } = await createKey(service, (await logIn(service, email)).token, { name: "Old" });
    service.clock.advance(11 * MINUTES);
    const page = await browser.visit("/account/keys");
    expect(page.text).toContain('name="password"');
    const missing = await browser.post("/account/keys", formOf(page.text, READ));
    expect(missing.status).toBe(400);
    expect(await keysOf(email)).toHaveLength(1);
    const wrong = await browser.post("/account/keys", formOf(page.text, { ...READ, password: "wrong" }));
    expect(wrong.text).toContain("The password is not correct.");
    const revoked = await browser.submit(page, { id }, "revoke");
    expect(revoked.text).toContain("The key is revoked.");
    expect(await keysOf(email)).toEqual([]);
    const right = await browser.post("/account/keys", formOf(page.text, { ...READ, password: PASSWORD }));
    expect(headingOf(right)).toBe("Your new key");
  });

  it("asks a user with a second factor to confirm, and still revokes a key at once", async () => {
    const { email, browser } = await signedIn();
    const { token } = await logIn(service, email);
    const { id } = await createKey(service, token);
    const page = await browser.visit("/account/keys");
    await enableSecondFactor(service, token);
    service.clock.advance(11 * MINUTES);
    expect((await browser.visit("/account/keys")).path).toBe("/account/confirm");
    const { status, headers } = await browser.press(page, { id }, "revoke");
    expect([status, headers.get("Location")]).toEqual([303, "/account/keys"]);
  });

  it("revokes no key of another account", async () => {
    const owner = await signedIn();
    const { id } = await createKey(service, (await logIn(service, owner.email)).token);
    const { email, browser } = await signedIn();
    await createKey(service, (await logIn(service, email)).token);
    await browser.submit(await browser.visit("/account/keys"), { id }, "revoke");
    expect(await keysOf(owner.email)).toHaveLength(1);
  });

  it("shows that a key has expired", async () => {
    const { email, browser } = await signedIn();
    await createKey(service, (await logIn(service, email)).token, { expiresInDays: 1 });
    service.clock.advance(24 * 60 * MINUTES);
    expect((await browser.visit("/account/keys")).text).toContain(">Expired</span>");
  });

  it("escapes the name of a key", async () => {
    const { email, browser } = await signedIn();
    await createKey(service, (await logIn(service, email)).token, { name: "<b>bold</b>" });
    expect((await browser.visit("/account/keys")).text).not.toContain("<b>bold");
  });

  it("says so where the service has no resources, and speaks German", async () => {
    const bare = startService({ env: { RESOURCES: "[]" } });
    const { browser } = await signedIn(bare, "de");
    const page = await browser.visit("/account/keys");
    expect(headingOf(page)).toBe("API-Schlüssel");
    expect(page.text).toContain("Dieser Dienst hat keine API, die Schlüssel annimmt.");
    expect(page.text).not.toContain('name="keyName"');
  });

  it("leads a visitor without a session to the sign-in page", async () => {
    const { path } = await openPageBrowser(service).visit("/account/keys");
    expect(path).toBe("/sign-in?returnTo=%2Faccount%2Fkeys");
  });
});
