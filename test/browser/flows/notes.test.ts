import { describe, expect, onTestFinished } from "vitest";
import { fill } from "../../../src/core/text.ts";
import { faultsOf } from "../support/accessibility.ts";
import { readerOf } from "../support/flow.ts";
import { it as plain } from "../support/it.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";
import { newVisitor } from "../support/visitor.ts";

/** Somebody who begins at the example: its origin and the service's are all that their browser may ask. */
const it = plain.extend("visitNotes", ({ browser, stage }) => async (options = {}) => {
  const visitor = await newVisitor(browser, [stage.notesOrigin, stage.origin], options);
  onTestFinished(async () => {
    await visitor.context.close();
    expect(visitor.problems).toEqual([]);
  });
  return visitor;
});

// Its pages have one language, and no script: what these ways differ in is the service's, and own-account shows it.
const BOTH = MODES.filter(({ name }) => name === "by clicks" || name === "without JavaScript");

describe.each(BOTH)("the example Worker, $name", (way) => {
  it("sends somebody to sign in, gets them back, keeps their notes, and signs them out", async ({
    visitNotes,
    service,
    stage,
  }) => {
    const { email } = await service.member();
    const { page } = await visitNotes(way.options);
    const reader = readerOf(page, way);
    const { words: t } = reader;

    await page.goto("/");
    await reader.arrive("Notes");
    if (way.options.javaScriptEnabled !== false) expect(await faultsOf(page)).toEqual({});
    // Back from nowhere: the page that offers to begin again.
    await page.goto("/signed-in");
    if (way.options.javaScriptEnabled !== false) expect(await faultsOf(page)).toEqual({});
    await reader.follow("Sign in again");
    await reader.arrive(t.signIn.title);
    await reader.fill(t.fields.email, email);
    await reader.fill(t.fields.password, PASSWORD);
    await reader.press(t.signIn.submit);
    await reader.arrive("Your notes");
    expect(page.url()).toBe(`${stage.notesOrigin}/notes`);

    await reader.fill("A new note", "milk & bread");
    await reader.press("Keep it");
    await page.getByText("milk & bread").waitFor();
    if (way.options.javaScriptEnabled !== false) expect(await faultsOf(page)).toEqual({});
    await reader.press("Delete “milk & bread”");
    await page.getByText("milk & bread").waitFor({ state: "detached" });

    await reader.press("Sign out");
    await reader.arrive(t.signOut.title);
    await reader.press(t.signOut.submit);
    await reader.arrive(t.signOut.done);
    await reader.follow(fill(t.signOut.backTo, { app: new URL(stage.notesOrigin).host }));
    await reader.arrive("Notes");
    await page.goto(`${stage.notesOrigin}/notes`);
    await reader.arrive(t.signIn.title);
  });
});
