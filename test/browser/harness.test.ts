import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished } from "vitest";
import { SHOWN_PAGES } from "../support/page-list.ts";
import { faultsOf } from "./support/accessibility.ts";
import { it as plain } from "./support/it.ts";
import { PAGE_STATES } from "./support/page-states.ts";
import { scalesFor } from "./support/page-weight.ts";
import { VIEWPORTS } from "./support/viewports.ts";
import { newVisitor } from "./support/visitor.ts";

// Whether the other tests could fail: each of these pages is wrong in one way.

const it = plain.extend("open", async ({ browser }, { onCleanup }) => {
  const server = createServer((request, response) => {
    if (request.url === "/broken.css") return response.writeHead(404).end();
    if (request.url === "/sheet.css")
      return response.setHeader("Content-Type", "text/css").end("p{color:#111}");
    response.setHeader("Content-Type", "text/html").setHeader("Content-Security-Policy", CSP);
    return response.end(decodeURIComponent((request.url ?? "").slice("/?".length)));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onCleanup(() => void server.close());
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return async (body: string, options = {}) => {
    const visitor = await newVisitor(browser, [origin], options);
    onTestFinished(() => visitor.context.close());
    const weigh = scalesFor(visitor.page);
    await visitor.page.goto(`/?${encodeURIComponent(documentWith(body))}`);
    return { ...visitor, weigh };
  };
});

const CSP = "default-src 'none'; script-src 'nonce-a'; style-src 'self' 'nonce-a'; img-src http: data:";

const SHEET = '<link rel="stylesheet" href="/sheet.css">';
const DARK = ["dark-360", "dark-1280"];
const NARROW = ["light-360", "dark-360"];

const documentWith = (body: string, head = "") =>
  `<!doctype html><html lang="en"><head><title>Wrong</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><style nonce="a">:root{color-scheme:light dark}</style>${head}</head><body><main><h1>Wrong</h1>${body}</main></body></html>`;

describe("the showings", () => {
  plain("have every page of the service", () => {
    const shown = Object.values(PAGE_STATES).flatMap((showings) => showings.map(({ page }) => page));
    expect(SHOWN_PAGES.filter((page) => !shown.includes(page))).toEqual([]);
  });
});

describe("a visitor", () => {
  it.for([
    ["nothing", "<p>All is well.</p>", []],
    ["a script that the policy forbids", "<script>1</script>", [/script-src/, /violation of script-src/]],
    [
      "a style that the policy forbids",
      '<p style="color:red">Red</p>',
      [/style-src/, /violation of style-src/],
    ],
    ["a line on the console", '<script nonce="a">console.error("oh")</script>', [/error on the console: oh/]],
    ["a warning there", '<script nonce="a">console.warn("oh")</script>', [/warning on the console: oh/]],
    ["an exception", '<script nonce="a">throw new Error("oh")</script>', [/Error: oh/]],
    ["a sheet that is not there", '<link rel="stylesheet" href="/broken.css">', [/status of 404/]],
    [
      "another origin",
      '<img alt="" src="http://elsewhere.example/x.png">',
      [/a request to http:\/\/elsewhere\.example/, /ERR_NAME_NOT_RESOLVED/],
    ],
  ] as const)("notices %s", async ([, body, expected], { open }) => {
    const { page, problems } = await open(body);
    for (const one of expected) await expect.poll(() => problems.join("\n")).toMatch(one);
    // What a page has to say arrives in order: with the last of it, all is there.
    await page.evaluate(() => console.error("that is all"));
    await expect.poll(() => problems.at(-1)).toContain("that is all");
    expect(problems).toHaveLength(expected.length + 1);
  });

  it("notices what the policy forbids without JavaScript too", async ({ open }) => {
    const { problems } = await open('<p style="color:red">Red</p>', { javaScriptEnabled: false });
    await expect.poll(() => problems.join()).toContain("style-src");
  });
});

describe("the look at a page", () => {
  const EVERY_LOOK = VIEWPORTS.map(({ name }) => name);

  it.for([
    ["a field without a label", "<input>", "label", EVERY_LOOK],
    [
      "a word too faint for the dark",
      '<style nonce="a">body{background:light-dark(#fff,#111)}p{color:#666}</style><p>A word</p>',
      "color-contrast",
      DARK,
    ],
    ["two words for one place", "<nav>a</nav><nav>b</nav>", "landmark-unique", EVERY_LOOK],
    [
      "a password that no manager can fill",
      '<form><label>Password <input type="password"></label><input autocomplete="username" hidden></form>',
      "unfillable",
      EVERY_LOOK,
    ],
    [
      "a password of nobody knows whom",
      '<form><label>Password <input type="password" autocomplete="new-password"></label></form>',
      "unfillable",
      EVERY_LOOK,
    ],
    ["something wide", '<img alt="" width="500" height="9" src="data:,">', "too wide", NARROW],
  ] as const)("notices %s", async ([, body, rule, looks], { open }) => {
    const { page } = await open(body);
    const faults = Object.entries(await faultsOf(page));
    expect(faults).toEqual([[expect.stringMatching(`^${rule}:`), looks]]);
  });

  it("finds nothing on a page that is right", async ({ open }) => {
    const { page } = await open("<p>All is well.</p>");
    expect(await faultsOf(page)).toEqual({});
  });
});

describe("the scales", () => {
  it("weigh the last document with what it loads, and name what it is painted after", async ({ open }) => {
    const { page, weigh } = await open(`<p>${"x".repeat(1000)}</p>`);
    const alone = await weigh();
    expect(alone.bytes).toBe(documentWith("").length + 1007);
    expect(alone.blocking).toEqual([]);
    await page.goto(`/?${encodeURIComponent(documentWith("", SHEET))}`);
    const sheet = await weigh();
    expect(sheet.bytes).toBe(documentWith("", SHEET).length + "p{color:#111}".length);
    expect(sheet.blocking).toEqual([expect.stringContaining("/sheet.css")]);
  });
});
