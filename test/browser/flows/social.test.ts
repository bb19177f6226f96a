import { describe, expect, onTestFinished } from "vitest";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { it as plain } from "../support/fixtures.ts";
import { type ApiDriver, pageDriver } from "../support/flow.ts";
import { MODES, type Mode } from "../support/modes.ts";
import { startApple, startFacebook } from "../support/social-providers.ts";
import { newVisitor } from "../support/visitor.ts";

const EMAIL = { facebook: "fay@example.test", apple: "ada@example.test" } as const;

type Stage = { readonly service: Configured; readonly origins: readonly string[] };

/** A service with Facebook and Apple, which are another site for the browser. */
const it = plain
  .extend("stage", { scope: "file" }, async ({ testServer: _ }, { onCleanup }): Promise<Stage> => {
    const facebook = await startFacebook({ email: EMAIL.facebook, verified: true });
    const apple = await startApple(EMAIL.apple);
    const service = await startConfiguredService({ ...facebook.variables, ...apple.variables });
    onCleanup(async () => {
      facebook.stop();
      apple.stop();
      await service.stop();
    });
    return { service, origins: [service.origin, facebook.origin, apple.origin] };
  })
  /** Opens the sign-in page for the page of sessions. */
  .extend("openSignIn", ({ browser, stage }) => async (mode: Mode): Promise<ApiDriver> => {
    const { context, page, problems } = await newVisitor(browser, stage.origins, mode.options);
    onTestFinished(async () => {
      await context.close();
      expect(problems).toEqual([]);
    });
    await page.goto("/sign-in?returnTo=/account/sessions");
    return pageDriver(page, mode);
  });

const continueWith = ({ words, follow }: ApiDriver, provider: string) =>
  follow(words.otherWays.continueWith.replace("{provider}", provider));

describe.each(MODES)("a sign-in at a provider $name", (mode) => {
  // Fault 4: Facebook's fragment stayed in the address of every later page.
  it("ends at the page that it was for, without the fragment of Facebook", async ({ openSignIn }) => {
    const driver = await openSignIn(mode);
    await continueWith(driver, "Facebook");
    await driver.waitForHeading(driver.words.account.sessions);
    const { pathname, hash } = new URL(driver.page.url());
    expect([pathname, hash]).toEqual(["/account/sessions", ""]);
  });

  it("ends at the page that it was for after the form that Apple posts", async ({ openSignIn }) => {
    const driver = await openSignIn(mode);
    await continueWith(driver, "Apple");
    await driver.press("Agree");
    await driver.waitForHeading(driver.words.account.sessions);
    const { pathname, search } = new URL(driver.page.url());
    expect([pathname, search]).toEqual(["/account/sessions", ""]);
    await driver.page.goto("/account");
    await driver.page.getByText(EMAIL.apple).first().waitFor();
  });

  // Fault 6: the user saw an error with one link to the start page.
  it("leads back to the sign-in page, with its target, after the user cancels at Apple", async ({
    openSignIn,
  }) => {
    const driver = await openSignIn(mode);
    await continueWith(driver, "Apple");
    await driver.press("Not now");
    await driver.waitForHeading(driver.words.signIn.title);
    await driver.waitForNotice(driver.words.notices.providerCancelled);
    expect(new URL(driver.page.url()).searchParams.get("returnTo")).toBe("/account/sessions");
    await continueWith(driver, "Apple");
    await driver.press("Agree");
    await driver.waitForHeading(driver.words.account.sessions);
  });
});
