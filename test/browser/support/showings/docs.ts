import { at, type Showing } from "./steps.ts";

/** The description of the API, for people. */
export const DOCS: readonly Showing[] = [
  { name: "docs", page: null, open: at("/docs") },
  { name: "docs-log-in", page: null, open: at("/docs/logIn") },
  { name: "docs-users", page: null, open: at("/docs/listUsers") },
  { name: "docs-picture", page: null, open: at("/docs/setAvatar") },
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
