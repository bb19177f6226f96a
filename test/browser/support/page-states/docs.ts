import { readdirSync, readFileSync } from "node:fs";
import { at, type PageState } from "./steps.ts";

const OPERATIONS = "public/docs/operations";

const operations = readdirSync(OPERATIONS).map((file) => ({
  name: file.replace(".html", ""),
  html: readFileSync(`${OPERATIONS}/${file}`, "utf8"),
}));

/** Of each kind the longest, as `npm run openapi` has written them: all of them are one template. */
const longest = (kind: string, fits: (html: string) => boolean): PageState => {
  const found = operations
    .filter(({ name, html }) => name !== "overview" && fits(html))
    .sort((one, other) => other.html.length - one.html.length)[0];
  if (!found) throw new Error(`no page of ${OPERATIONS} is one with ${kind}`);
  return { name: `docs-${kind}`, page: null, open: at(`/docs/${found.name}`) };
};

/** The description of the API, for people. */
export const DOCS: readonly PageState[] = [
  { name: "docs", page: null, open: at("/docs") },
  longest("body", (html) => html.includes("<textarea")),
  longest("query", (html) => html.includes('data-in="query"')),
  longest("not-tried", (html) => !html.includes("data-try")),
  {
    name: "docs-tried",
    page: null,
    open: async ({ page }) => {
      await page.goto("/docs/getHealth");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByText(/^\d{3} in \d+ ms$/).waitFor();
    },
  },
];
