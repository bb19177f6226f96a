import { describe, expect } from "vitest";
import { findFaults } from "../support/accessibility.ts";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { EMAILS, fillService } from "../support/filled-service.ts";
import { it as plain } from "../support/fixtures.ts";
import { type } from "../support/page-states/steps.ts";
import { PASSWORD } from "../support/service.ts";
import { newVisitor, type Visitor } from "../support/visitor.ts";

// States that need a brand, long lists or a failing database, which no flow reaches.

const LOGO_ORIGIN = "https://cdn.example.com";
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="40"><rect width="300" height="40"/></svg>';

const it = plain
  .extend("configured", { scope: "file" }, async ({ testServer: _ }, { onCleanup }): Promise<Configured> => {
    const configured = await startConfiguredService({
      SMS_PROVIDER: "mailbox",
      APP_NAME: "The association of the lighthouse keepers of both coasts",
      APP_LOGO_URL: `${LOGO_ORIGIN}/logo.svg`,
      APP_COLOR: "#fd0",
    });
    onCleanup(() => configured.stop());
    await fillService(configured);
    return configured;
  })
  /** Opens a page as an account, or without a session for null. */
  .extend("openAs", ({ browser, configured }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      await Promise.all(visitors.map(({ context }) => context.close()));
    });
    return async (account: keyof typeof EMAILS | null, path: string): Promise<Visitor> => {
      const visitor = await newVisitor(browser, [configured.origin, LOGO_ORIGIN]);
      visitors.push(visitor);
      const { context, page } = visitor;
      await context.route(`${LOGO_ORIGIN}/**`, (route) =>
        route.fulfill({ contentType: "image/svg+xml", body: LOGO }),
      );
      if (account !== null) {
        await page.goto("/sign-in");
        await type(page, { email: EMAILS[account], password: PASSWORD });
      }
      await page.goto(path);
      return visitor;
    };
  });

describe("a branded service with much data", () => {
  it.for([
    ["sign-in", null, "/sign-in"],
    ["an account with every attribute", "ada", "/account"],
    ["a verified phone number", "ada", "/account/phone"],
    ["more sessions than are shown", "ada", "/account/sessions"],
    ["a list of undelivered messages", "root", "/admin/mail"],
    ["a page that answers 403", "ada", "/admin/users"],
  ] as const)("%s is accessible in every viewport and theme", async ([, account, path], { openAs }) => {
    const { page, problems } = await openAs(account, path);
    expect(await findFaults(page)).toEqual({});
    expect(problems).toEqual([]);
  });

  it("an enabled second factor is accessible in every viewport and theme", async ({ openAs, configured }) => {
    const { page, problems } = await openAs("ada", "/account");
    const ada = "(SELECT id FROM accounts WHERE email = ?)";
    await configured.db
      .prepare(
        `INSERT INTO factors (id, account_id, kind, created_at) VALUES ('ada', ${ada}, 'email_otp', 0)`,
      )
      .bind(EMAILS.ada)
      .run();
    await page.goto("/account/two-step");
    // The next test signs in without a code.
    await configured.db.prepare(`DELETE FROM factors WHERE account_id = ${ada}`).bind(EMAILS.ada).run();
    expect(await findFaults(page)).toEqual({});
    expect(problems).toEqual([]);
  });

  it("the second page of a list links to the first", async ({ openAs }) => {
    const { page, problems } = await openAs("root", "/admin/mail");
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL("**cursor=*");
    expect(await findFaults(page)).toEqual({});
    await page.getByRole("link", { name: "First page" }).click();
    await page.waitForURL("**/admin/mail?");
    expect(problems).toEqual([]);
  });

  it("a failing database answers with an accessible 503 page", async ({ openAs, configured }) => {
    const { page } = await openAs("root", "/admin/invite");
    await configured.db.prepare("ALTER TABLE outbox RENAME TO renamed_outbox").run();
    const answer = await page.goto("/admin/mail");
    await configured.db.prepare("ALTER TABLE renamed_outbox RENAME TO outbox").run();
    expect([answer?.status(), answer?.headers()["retry-after"]]).toEqual([503, "5"]);
    expect(await findFaults(page)).toEqual({});
  });
});
