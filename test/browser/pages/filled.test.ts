import { describe, expect } from "vitest";
import { faultsOf } from "../support/accessibility.ts";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { fillService, PEOPLE } from "../support/filled-service.ts";
import { it as plain } from "../support/it.ts";
import { type } from "../support/page-states/steps.ts";
import { PASSWORD } from "../support/service.ts";
import { newVisitor, type Visitor } from "../support/visitor.ts";

// What takes a brand, long lists, or a store that does not answer: states that nobody clicks their way to.

const LOGO_ORIGIN = "https://cdn.example.com";
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="40"><rect width="300" height="40"/></svg>';

const it = plain
  .extend("house", { scope: "file" }, async ({ stage: _ }, { onCleanup }): Promise<Configured> => {
    const house = await startConfiguredService({
      SMS_PROVIDER: "mailbox",
      APP_NAME: "The association of the lighthouse keepers of both coasts",
      APP_LOGO_URL: `${LOGO_ORIGIN}/logo.svg`,
      APP_COLOR: "#fd0",
    });
    onCleanup(() => house.stop());
    await fillService(house);
    return house;
  })
  /** Somebody at a page; null has not signed in. */
  .extend("enter", ({ browser, house }, { onCleanup }) => {
    const visitors: Visitor[] = [];
    onCleanup(async () => {
      await Promise.all(visitors.map(({ context }) => context.close()));
    });
    return async (person: keyof typeof PEOPLE | null, path: string): Promise<Visitor> => {
      const visitor = await newVisitor(browser, [house.origin, LOGO_ORIGIN]);
      visitors.push(visitor);
      const { context, page } = visitor;
      await context.route(`${LOGO_ORIGIN}/**`, (route) =>
        route.fulfill({ contentType: "image/svg+xml", body: LOGO }),
      );
      if (person !== null) {
        await page.goto("/sign-in");
        await type(page, { email: PEOPLE[person], password: PASSWORD });
      }
      await page.goto(path);
      return visitor;
    };
  });

describe("in a brand of one's own", () => {
  it.for([
    ["sign-in", null, "/sign-in"],
    ["the account of whoever has set everything", "ada", "/account"],
    ["a number that is proven", "ada", "/account/phone"],
    ["more sessions than are shown", "ada", "/account/sessions"],
    ["mail that was given up", "root", "/admin/mail"],
    ["a page that is not for everybody", "ada", "/admin/users"],
  ] as const)("%s is accessible in every look", async ([, person, path], { enter }) => {
    const { page, problems } = await enter(person, path);
    expect(await faultsOf(page)).toEqual({});
    expect(problems).toEqual([]);
  });

  it("a second step that is on is accessible in every look", async ({ enter, house }) => {
    const { page, problems } = await enter("ada", "/account");
    const choose = (on: 0 | 1) =>
      house.db.prepare("UPDATE accounts SET login_otp = ?1 WHERE email = ?2").bind(on, PEOPLE.ada).run();
    await choose(1);
    await page.goto("/account/second-step");
    // The next test signs in without a code.
    await choose(0);
    expect(await faultsOf(page)).toEqual({});
    expect(problems).toEqual([]);
  });

  it("the second page of a list leads back to the first", async ({ enter }) => {
    const { page, problems } = await enter("root", "/admin/mail");
    await page.getByRole("link", { name: "Next page" }).click();
    await page.waitForURL("**cursor=*");
    expect(await faultsOf(page)).toEqual({});
    await page.getByRole("link", { name: "First page" }).click();
    await page.waitForURL("**/admin/mail?");
    expect(problems).toEqual([]);
  });

  it("a store that does not answer is a page, too", async ({ enter, house }) => {
    const { page } = await enter("root", "/admin/invite");
    await house.db.prepare("ALTER TABLE outbox RENAME TO elsewhere").run();
    const answer = await page.goto("/admin/mail");
    await house.db.prepare("ALTER TABLE elsewhere RENAME TO outbox").run();
    expect([answer?.status(), answer?.headers()["retry-after"]]).toEqual([503, "5"]);
    expect(await faultsOf(page)).toEqual({});
  });
});
