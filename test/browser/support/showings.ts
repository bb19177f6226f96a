import { ACCOUNT } from "./showings/account.ts";
import { ADMIN } from "./showings/admin.ts";
import { MAILBOX } from "./showings/mailbox.ts";
import { PUBLIC } from "./showings/public.ts";
import type { Showing } from "./showings/steps.ts";

/** The description of the API, for people. */
const DOCS: readonly Showing[] = [
  { name: "docs", open: at("/docs") },
  { name: "docs-log-in", open: at("/docs/logIn") },
  { name: "docs-users", open: at("/docs/listUsers") },
  { name: "docs-picture", open: at("/docs/setAvatar") },
  {
    name: "docs-tried",
    open: async ({ page }) => {
      await page.goto("/docs/getHealth");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByText(/^\d{3} in \d+ ms$/).waitFor();
    },
  },
];

/** By who may see them; a test file each, so that they are looked at side by side. */
export const SHOWINGS = {
  public: PUBLIC,
  account: ACCOUNT,
  admin: ADMIN,
  mailbox: MAILBOX,
  docs: DOCS,
} satisfies Record<string, readonly Showing[]>;
