import { describe, expect, onTestFinished } from "vitest";
import { fill } from "../../../src/core/text.ts";
import { findFaults } from "../support/accessibility.ts";
import { it as plain } from "../support/fixtures.ts";
import { pageDriver } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";
import { newVisitor } from "../support/visitor.ts";

/** A visitor of the example, who may request its origin and the service's. */
const it = plain.extend("visitNotes", ({ browser, testServer }) => async (options = {}) => {
  const visitor = await newVisitor(browser, [testServer.notesOrigin, testServer.origin], options);
  onTestFinished(async () => {
    await visitor.context.close();
    expect(visitor.problems).toEqual([]);
  });
  return visitor;
});

// The example has one language and no script. own-account.test.ts covers the other modes.
const NOTES_MODES = MODES.filter(({ name }) => name === "by clicks" || name === "without JavaScript");

describe.each(NOTES_MODES)("the example Worker, $name", (mode) => {
  it("redirects to sign-in and back, stores notes, and signs the user out", async ({
    visitNotes,
    service,
    testServer,
  }) => {
    const { email } = await service.member();
    const { page } = await visitNotes(mode.options);
    const driver = pageDriver(page, mode);
    const { words: t } = driver;

    await page.goto("/");
    await driver.waitForHeading("Notes");
    if (mode.options.javaScriptEnabled !== false) expect(await findFaults(page)).toEqual({});
    // A callback without a sign-in: its page offers to start again.
    await page.goto("/signed-in");
    if (mode.options.javaScriptEnabled !== false) expect(await findFaults(page)).toEqual({});
    await driver.follow("Sign in again");
    await driver.waitForHeading(t.signIn.title);
    await driver.fill(t.fields.email, email);
    await driver.fill(t.fields.password, PASSWORD);
    await driver.press(t.signIn.submit);
    await driver.waitForHeading("Your notes");
    expect(page.url()).toBe(`${testServer.notesOrigin}/notes`);

    await driver.fill("New note", "milk & bread");
    await driver.press("Save note");
    await page.getByText("milk & bread").waitFor();
    if (mode.options.javaScriptEnabled !== false) expect(await findFaults(page)).toEqual({});
    await driver.press("Delete “milk & bread”");
    await page.getByText("milk & bread").waitFor({ state: "detached" });

    await driver.press("Sign out");
    await driver.waitForHeading(t.signOut.title);
    await driver.press(t.signOut.submit);
    await driver.waitForHeading(t.signOut.done);
    await driver.follow(fill(t.signOut.backTo, { app: new URL(testServer.notesOrigin).host }));
    await driver.waitForHeading("Notes");
    await page.goto(`${testServer.notesOrigin}/notes`);
    await driver.waitForHeading(t.signIn.title);
  });
});
