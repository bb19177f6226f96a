import { describe, expect, it } from "vitest";
import { authorizeUrl } from "../../../support/authorization-requests.ts";
import { openBrowser } from "../../../support/browser.ts";
import { insertClient } from "../../../support/oauth-clients.ts";
import { formsIn, headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { ANSWERS, SIGN_UP_FIELDS, storedAnswers, withFields } from "../../../support/sign-up-fields.ts";
import { signInWithBrowser } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  accountIdOf,
  newAddress,
  PASSWORD,
  registerAndVerify,
  registerVerifiedUser,
  signedInAs,
} from "../../../support/users.ts";

const clock = createTestClock();
const providers = openProviders();
const service = startService({ env: { ...providers.variables, ...withFields() }, clock });
const account = { name: "Ada", password: PASSWORD };
const typed = {
  "fields.company": "Acme",
  "fields.size": "12",
  "fields.country": "fr",
  "fields.terms": "yes",
};

const csrfOf = (text: string) => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";

describe("the sign-up page with fields", () => {
  it("has an input for each field, in both languages", async () => {
    const { text } = await openPageBrowser(service).visit("/sign-up");
    expect(text).toMatch(/<label for="field-company">Company<\/label>/);
    expect(text).toMatch(/<input type="text"[^>]* id="field-company" name="fields\.company" required/);
    expect(text).toMatch(/<label for="field-size">Employees<\/label>\s*<span class="faint">optional<\/span>/);
    expect(text).toMatch(/<select id="field-country" name="fields\.country"/);
    expect(text).toMatch(/<option value="de">Germany<\/option>/);
    expect(text).toMatch(/<input type="checkbox" value="yes"[^>]* name="fields\.terms" required/);
    expect(text).toMatch(
      /<a href="https:\/\/example\.com\/terms" target="_blank" rel="noopener noreferrer" aria-label="Read: I accept the terms">Read<\/a>/,
    );
    const german = (await openPageBrowser(service, { language: "de" }).visit("/sign-up")).text;
    expect(german).toContain("Ich akzeptiere die Bedingungen");
    expect(german).toContain("Deutschland");
  });

  it("stores the answers", async () => {
    const email = newAddress();
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-up"), { ...account, email, ...typed });
    expect(page.path).toBe("/sign-up/check-your-mail");
    expect(await storedAnswers(email)).toEqual({
      company: ["Acme", null],
      size: [12, null],
      country: ["fr", null],
      terms: [true, "2026-11"],
    });
  });

  it("shows every error at its field and keeps what was entered", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.visit("/sign-up");
    const refused = await browser.post("/sign-up", {
      csrf: csrfOf(page.text),
      ...account,
      email: "no address",
      "fields.company": "<b>",
      "fields.size": "1001",
      "fields.country": "it",
    });
    expect(refused.status).toBe(400);
    for (const [field, problem] of [
      ["email", "Please enter one email address"],
      ["field-size", "Please enter at most 1000."],
      ["field-country", "Please choose one of the options."],
      ["field-terms", "Please fill this in."],
    ])
      expect(refused.text).toMatch(new RegExp(`id="${field}-problem">\\s*${problem}`));
    expect(refused.text).toContain('value="&lt;b&gt;"');
    expect(refused.text).not.toContain("<b>");
    expect(refused.text).not.toMatch(/<input type="checkbox"[^>]*fields\.terms[^>]* checked/);
    expect(refused.text).toMatch(/aria-describedby="field-size-problem" aria-invalid="true"/);
  });

  it.each([
    ["1,5", 1.5],
    ["+7", 7],
    [" 12 ", 12],
  ])("reads the number %s as %d", async (text, size) => {
    const email = newAddress();
    const browser = openPageBrowser(service);
    await browser.submit(await browser.visit("/sign-up"), {
      ...account,
      email,
      ...typed,
      "fields.size": text,
    });
    expect((await storedAnswers(email)).size).toEqual([size, null]);
  });

  it.each(["1e2", "0x10", "12 000", "twelve", "Infinity"])("refuses the number %s", async (text) => {
    const browser = openPageBrowser(service);
    const fields = { ...account, email: newAddress(), ...typed, "fields.size": text };
    const refused = await browser.press(await browser.visit("/sign-up"), fields);
    expect(refused.text).toMatch(/id="field-size-problem">\s*Please check this entry\./);
    // A name that looks like a secret is an ordinary field here.
    expect(refused.text).toContain(`value="${text}"`);
  });

  it("keeps the value of a field whose name looks like a secret", async () => {
    const at = startService({ env: withFields([{ name: "postcode", type: "text", label: "Postcode" }]) });
    const browser = openPageBrowser(at);
    const fields = { ...account, email: "no address", "fields.postcode": "12345" };
    expect((await browser.press(await browser.visit("/sign-up"), fields)).text).toContain('value="12345"');
  });
});

describe("the page /account/complete", () => {
  it("follows a sign-in without answers, and then leads to the return target", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const signIn = await browser.visit("/sign-in?returnTo=/account/sessions");
    const page = await browser.submit(signIn, { email, password: PASSWORD });
    expect(page.path).toBe("/account/complete?returnTo=%2Faccount%2Fsessions");
    expect(headingOf(page)).toBe("One more step");
    const names = formsIn(page).flatMap(({ values }) =>
      Object.keys(values).filter((name) => /^fields/.test(name)),
    );
    expect(names).toEqual(["fields.company", "fields.terms"]);
    const refused = await browser.post(page.path, { csrf: csrfOf(page.text), "fields.company": "Acme" });
    expect(refused.text).toMatch(/id="field-terms-problem">\s*Please fill this in\./);
    expect(await storedAnswers(email)).toEqual({});
    const done = await browser.submit(page, { "fields.company": "Acme", "fields.terms": "yes" });
    expect(done.path).toBe("/account/sessions");
    expect(await storedAnswers(email)).toEqual({ company: ["Acme", null], terms: [true, "2026-11"] });
  });

  it("is passed at once if nothing is missing", async () => {
    const { email } = await registerAndVerify(service, newAddress(), { fields: ANSWERS });
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(page.path).toBe("/account");
    const direct = await browser.visit("/account/complete");
    expect([direct.status, direct.text.includes("Nothing is missing.")]).toEqual([200, true]);
  });

  it("asks for a new version of the terms alone", async () => {
    const { email } = await registerAndVerify(service, newAddress(), { fields: ANSWERS });
    const newTerms = SIGN_UP_FIELDS.map((field) =>
      field.name === "terms" ? { ...field, version: "2027-01" } : field,
    );
    const browser = openPageBrowser(startService({ env: withFields(newTerms), clock }));
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(page.text).not.toContain("fields.company");
    expect((await browser.submit(page, { "fields.terms": "yes" })).path).toBe("/account");
    expect((await storedAnswers(email)).terms).toEqual([true, "2027-01"]);
  });

  it("follows a sign-in by a provider", async () => {
    const answer = await signInWithBrowser(openBrowser(service), "google", socialUser());
    expect([answer.status, answer.headers.get("Location")]).toEqual([
      302,
      "/account/complete?returnTo=%2Faccount#",
    ]);
  });

  it("leads back to the authorization request of an app", async () => {
    const client = await insertClient({ resources: [], scopes: ["openid"] });
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const signIn = await browser.visit(authorizeUrl(client, { scope: "openid" }));
    const page = await browser.submit(signIn, { email, password: PASSWORD });
    expect(page.path).toMatch(/^\/account\/complete\?returnTo=%2Foauth%2Fauthorize/);
    const next = await browser.submit(page, { "fields.company": "Acme", "fields.terms": "yes" });
    expect(next.path).toMatch(/^\/oauth\/continue\?returnTo=%2Foauth%2Fauthorize/);
  });

  it.each(["https://evil.example", "//evil.example", "javascript:alert(1)"])(
    "does not lead to %s",
    async (returnTo) => {
      const { email } = await registerVerifiedUser(service);
      const browser = openPageBrowser(service);
      await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
      const page = await browser.visit(`/account/complete?returnTo=${encodeURIComponent(returnTo)}`);
      const done = await browser.press(page, { "fields.company": "Acme", "fields.terms": "yes" });
      expect(done.headers.get("Location")).toBe("/account");
    },
  );

  it("does not follow a sign-in where no field is required", async () => {
    const at = startService({ env: withFields([SIGN_UP_FIELDS[1]]) });
    const { email } = await registerVerifiedUser(at);
    await signedInPageBrowser(at, email);
  });
});

it("the page of a user shows the answers to an administrator", async () => {
  const { email } = await registerAndVerify(service, newAddress(), { fields: ANSWERS });
  const admin = await signedInAs(service, "admin");
  const browser = openPageBrowser(service);
  await browser.submit(await browser.visit("/sign-in"), { email: admin.email, password: PASSWORD });
  const { text } = await browser.visit(`/admin/users/${await accountIdOf(email)}`);
  expect(text).toContain("Sign-up fields");
  expect(text).toMatch(/I accept the terms<\/dt>\s*<dd>\s*Yes/);
  expect(text).toContain("Version 2026-11");
  expect(text).toContain("Analytical Engines");
});
