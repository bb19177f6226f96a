import type { BrowserContextOptions } from "playwright-core";
import { describe, expect } from "vitest";
import { waitFor } from "../../../scripts/shared/wait-for.ts";
import { findFaults } from "../support/accessibility.ts";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { it as plain } from "../support/fixtures.ts";
import { send, type } from "../support/page-states/steps.ts";
import { PASSWORD } from "../support/service.ts";
import { newVisitor, type Visitor } from "../support/visitor.ts";

// A service with custom sign-up fields, sign-in by username and a sign-up policy.

const FIELDS = [
  { name: "company", type: "text", label: { en: "Company", de: "Firma" }, required: true, maxLength: 40 },
  { name: "size", type: "number", label: { en: "Employees", de: "Angestellte" }, minimum: 1 },
  { name: "country", type: "choice", label: { en: "Country", de: "Land" }, options: ["de", "fr"] },
  {
    name: "terms",
    type: "checkbox",
    label: { en: "I accept the terms", de: "Ich akzeptiere die Bedingungen" },
    required: true,
    version: "1",
    link: "https://example.com/terms",
  },
];

const it = plain
  .extend("configured", { scope: "file" }, async ({ testServer: _ }, { onCleanup }): Promise<Configured> => {
    const configured = await startConfiguredService({
      SIGN_UP_FIELDS: JSON.stringify(FIELDS),
      SIGN_UP_DOMAINS: "example.com,example.org",
      USERNAME_SIGN_IN: "on",
      PASSWORD_MIN_LENGTH: "15",
    });
    onCleanup(() => configured.stop());
    return configured;
  })
  .extend("open", ({ browser, configured }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      await Promise.all(visitors.map(({ context }) => context.close()));
    });
    return async (path: string, options: BrowserContextOptions = {}): Promise<Visitor> => {
      const visitor = await newVisitor(browser, [configured.origin], options);
      visitors.push(visitor);
      await visitor.page.goto(path);
      return visitor;
    };
  });

/** Verifies a registration, once the service has performed it. */
const verify = ({ db }: Configured, email: string) =>
  waitFor(`the account of ${email}`, () =>
    db
      .prepare(
        "UPDATE accounts SET email_verified_at = created_at, username = ?1, username_key = ?1 WHERE email = ?2 RETURNING id",
      )
      .bind(email.replace("@example.com", ""), email)
      .first(),
  );

async function register(configured: Configured, email: string): Promise<void> {
  const body = { email, password: PASSWORD, name: "Ada", fields: { company: "Acme", terms: true } };
  const answer = await fetch(`${configured.origin}/api/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`registration answered ${answer.status}: ${await answer.text()}`);
  await verify(configured, email);
}

const field = ({ page }: Visitor, name: string) => page.locator(`main [name="fields.${name}"]`);

describe.for(["en-GB", "de-DE"])("in %s", (locale) => {
  it("the form is accessible, as are its errors, in every viewport and theme", async ({ open }) => {
    const visitor = await open("/sign-up", { locale });
    const { page, problems } = visitor;
    expect(await findFaults(page)).toEqual({});
    await page.locator("main form").evaluate((form: HTMLFormElement) => form.setAttribute("novalidate", ""));
    await field(visitor, "size").fill("0");
    await send(page);
    expect(await page.locator("#field-terms-problem").count()).toBe(1);
    expect(await findFaults(page)).toEqual({});
    expect(problems.filter((problem) => !/status of 400/.test(problem))).toEqual([]);
  });

  it("the sign-in page with usernames is accessible", async ({ open }) => {
    const { page, problems } = await open("/sign-in", { locale });
    expect(await findFaults(page)).toEqual({});
    expect(problems).toEqual([]);
  });
});

describe.for([true, false])("with scripts: %s", (javaScriptEnabled) => {
  it("a user signs up by keyboard, signs in by username and answers nothing twice", async ({
    open,
    configured,
  }) => {
    const email = `keyboard-${javaScriptEnabled}@example.com`;
    const visitor = await open("/sign-up", { javaScriptEnabled });
    const { page } = visitor;
    await page.locator("[name=name]").focus();
    const { keyboard } = page;
    await keyboard.type("Ada");
    await keyboard.press("Tab");
    await keyboard.type(email);
    await keyboard.press("Tab");
    await keyboard.type(PASSWORD);
    await field(visitor, "company").focus();
    await keyboard.type("Acme");
    await keyboard.press("Tab");
    await keyboard.type("12");
    await keyboard.press("Tab");
    await keyboard.type("fr");
    await keyboard.press("Tab");
    await keyboard.press("Space");
    await keyboard.press("Enter");
    await page.waitForURL("**/sign-up/check-your-mail");
    await verify(configured, email);
    await page.goto("/sign-in");
    await type(page, { email: `KEYBOARD-${javaScriptEnabled}`, password: PASSWORD });
    await page.waitForURL("**/account");
  });
});

describe("the checkbox to stay signed in", () => {
  it.for([true, false])(
    "selected: %s; the session survives a reload, and its cookies last accordingly",
    async (isSelected, { open, configured }) => {
      const email = `stay-${isSelected}@example.com`;
      await register(configured, email);
      const { page, context } = await open("/sign-in");
      await page.locator("[name=rememberMe]").setChecked(isSelected);
      await type(page, { email, password: PASSWORD });
      await page.waitForURL("**/account");
      await page.reload();
      expect(new URL(page.url()).pathname).toBe("/account");
      const cookies = await context.cookies();
      for (const name of ["__Host-gh_access", "__Host-gh_refresh"]) {
        const expires = cookies.find((cookie) => cookie.name === name)?.expires ?? 0;
        expect(expires > 0, name).toBe(isSelected);
      }
    },
  );
});

it("a user of before answers what is missing on an accessible page", async ({ open, configured }) => {
  const email = "before@example.com";
  await register(configured, email);
  const visitor = await open("/sign-in");
  const { page } = visitor;
  await configured.db.prepare("DELETE FROM sign_up_answers").run();
  await type(page, { email, password: PASSWORD });
  await page.waitForURL("**/account/complete?**");
  expect(await findFaults(page)).toEqual({});
  await field(visitor, "company").fill("Acme");
  await field(visitor, "terms").check();
  await send(page);
  await page.waitForURL("**/account");
});
