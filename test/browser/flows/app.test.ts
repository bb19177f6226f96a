import { describe, expect } from "vitest";
import { openMailedLink, type Reader, readerOf } from "../support/flow.ts";
import { it } from "../support/it.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

/** The app's own page, with whom it takes them for. */
const isGreeted = (reader: Reader, email: string) => reader.arrive(`Hello ${email}`);

async function enter(reader: Reader, email: string): Promise<void> {
  const { words: t } = reader;
  await reader.arrive(t.signIn.title);
  await reader.fill(t.fields.email, email);
  await reader.fill(t.fields.password, PASSWORD);
  await reader.press(t.signIn.submit);
}

describe.each(MODES)("an app on another origin, $name", (way) => {
  it("gets a new person back signed in, and knows them again without a question", async ({
    visitFrom,
    service,
    app,
  }) => {
    const home = await visitFrom(app, way.options);
    const email = service.newAddress();
    const reader = readerOf(home.page, way);
    const { words: t, page } = reader;
    await page.goto(`${app}/start?page=sign-up`);
    await reader.arrive(t.signUp.title);
    await reader.fill(t.fields.name, "Ada");
    await reader.fill(t.fields.email, email);
    await reader.fill(t.fields.password, PASSWORD);
    await reader.press(t.signUp.submit);
    await reader.arrive(t.checkMail.title);
    const tab = await openMailedLink(home, way, service, { email, kind: "verify-email" });
    await tab.arrive(t.verify.title);
    await tab.press(t.verify.submit);
    await enter(tab, email);
    await isGreeted(tab, email);
    await page.goto(`${app}/start`);
    await isGreeted(reader, email);
    // The same code is good for nobody once more.
    await page.reload();
    await page.getByRole("heading", { name: /^Nobody: / }).waitFor();
  });
});

describe("an app that is a page alone", () => {
  it("trades the code by itself, and leaves none in its address", async ({ visitFrom, service, app }) => {
    const { page } = await visitFrom(app);
    const { email } = await service.member();
    const [way] = MODES;
    if (!way) throw new Error("there is no way");
    const reader = readerOf(page, way);
    await page.goto(`${app}/page`);
    await enter(reader, email);
    await isGreeted(reader, email);
    expect(page.url()).toBe(`${app}/page`);
    expect(await page.evaluate(() => document.referrer)).toBe("");
  });
});
