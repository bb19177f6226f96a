import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, inject, onTestFinished, it as plainIt } from "vitest";
import { PAGE_PATHS } from "../support/page-paths.ts";
import { findFaults } from "./support/accessibility.ts";
import { it as plain } from "./support/fixtures.ts";
import { PAGE_STATES } from "./support/page-states.ts";
import { measureWeightOf } from "./support/page-weight.ts";
import { VIEWPORTS } from "./support/viewports.ts";
import { newVisitor } from "./support/visitor.ts";

plainIt("the service and a browser start", () => {
  const testServer = inject("browserStage");
  if ("problem" in testServer) throw new Error(testServer.problem);
});

// The other tests prove that the checks can fail: each page here has one fault.

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
    const measureWeight = measureWeightOf(visitor.page);
    await visitor.page.goto(`/?${encodeURIComponent(documentWith(body))}`);
    return { ...visitor, measureWeight };
  };
});

const CSP = "default-src 'none'; script-src 'nonce-a'; style-src 'self' 'nonce-a'; img-src http: data:";

const SHEET = '<link rel="stylesheet" href="/sheet.css">';
const DARK = ["dark-360", "dark-1280"];
const NARROW = ["light-360", "dark-360"];

const documentWith = (body: string, head = "") =>
  `<!doctype html><html lang="en"><head><title>Wrong</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><style nonce="a">:root{color-scheme:light dark}</style>${head}</head><body><main><h1>Wrong</h1>${body}</main></body></html>`;

describe("PAGE_STATES", () => {
  plain("contains every page of the service", () => {
    const shown = Object.values(PAGE_STATES).flatMap((states) => states.map(({ page }) => page));
    expect(PAGE_PATHS.filter((page) => !shown.includes(page))).toEqual([]);
  });
});

describe("watchConsole", () => {
  it.for([
    ["nothing", "<p>All is well.</p>", []],
    ["a script that the policy forbids", "<script>1</script>", [/script-src/, /violation of script-src/]],
    [
      "a style that the policy forbids",
      '<p style="color:red">Red</p>',
      [/style-src/, /violation of style-src/],
    ],
    [
      "an error on the console",
      '<script nonce="a">console.error("oh")</script>',
      [/error on the console: oh/],
    ],
    [
      "a warning on the console",
      '<script nonce="a">console.warn("oh")</script>',
      [/warning on the console: oh/],
    ],
    ["an exception", '<script nonce="a">throw new Error("oh")</script>', [/Error: oh/]],
    ["a missing style sheet", '<link rel="stylesheet" href="/broken.css">', [/status of 404/]],
    [
      "a request to another origin",
      '<img alt="" src="http://elsewhere.example/x.png">',
      [/a request to http:\/\/elsewhere\.example/, /ERR_NAME_NOT_RESOLVED/],
    ],
  ] as const)("reports %s", async ([, body, expected], { open }) => {
    const { page, problems } = await open(body);
    for (const one of expected) await expect.poll(() => problems.join("\n")).toMatch(one);
    // Events arrive in order: after the last one, all have arrived.
    await page.evaluate(() => console.error("that is all"));
    await expect.poll(() => problems.at(-1)).toContain("that is all");
    expect(problems).toHaveLength(expected.length + 1);
  });

  it("reports a violation of the policy without JavaScript", async ({ open }) => {
    const { problems } = await open('<p style="color:red">Red</p>', { javaScriptEnabled: false });
    await expect.poll(() => problems.join()).toContain("style-src");
  });
});

describe("findFaults", () => {
  const ALL_VIEWPORTS = VIEWPORTS.map(({ name }) => name);

  it.for([
    ["a field without a label", "<input>", "label", ALL_VIEWPORTS],
    [
      "too little contrast in the dark theme",
      '<style nonce="a">body{background:light-dark(#fff,#111)}p{color:#666}</style><p>A word</p>',
      "color-contrast",
      DARK,
    ],
    ["two landmarks with one name", "<nav>a</nav><nav>b</nav>", "landmark-unique", ALL_VIEWPORTS],
    [
      "a password field without autocomplete",
      '<form><label>Password <input type="password"></label><input autocomplete="username" hidden></form>',
      "unfillable",
      ALL_VIEWPORTS,
    ],
    [
      "a password field without a username",
      '<form><label>Password <input type="password" autocomplete="new-password"></label></form>',
      "unfillable",
      ALL_VIEWPORTS,
    ],
    ["an element that is too wide", '<img alt="" width="500" height="9" src="data:,">', "too wide", NARROW],
  ] as const)("reports %s", async ([, body, rule, viewports], { open }) => {
    const { page } = await open(body);
    const faults = Object.entries(await findFaults(page));
    expect(faults).toEqual([[expect.stringMatching(`^${rule}:`), viewports]]);
  });

  it("reports nothing for a valid page", async ({ open }) => {
    const { page } = await open("<p>All is well.</p>");
    expect(await findFaults(page)).toEqual({});
  });
});

describe("measureWeightOf", () => {
  it("measures the last document with its resources, and lists those that block the first paint", async ({
    open,
  }) => {
    const { page, measureWeight } = await open(`<p>${"x".repeat(1000)}</p>`);
    const alone = await measureWeight();
    expect(alone.bytes).toBe(documentWith("").length + 1007);
    expect(alone.blocking).toEqual([]);
    await page.goto(`/?${encodeURIComponent(documentWith("", SHEET))}`);
    const sheet = await measureWeight();
    expect(sheet.bytes).toBe(documentWith("", SHEET).length + "p{color:#111}".length);
    expect(sheet.blocking).toEqual([expect.stringContaining("/sheet.css")]);
  });
});
