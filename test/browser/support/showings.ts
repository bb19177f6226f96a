import { ACCOUNT } from "./showings/account.ts";
import { ADMIN } from "./showings/admin.ts";
import { DOCS } from "./showings/docs.ts";
import { MAILBOX } from "./showings/mailbox.ts";
import { PUBLIC } from "./showings/public.ts";
import type { Showing } from "./showings/steps.ts";

/** By who may see them; a test file each, so that they are looked at side by side. */
export const SHOWINGS = {
  public: PUBLIC,
  account: ACCOUNT,
  admin: ADMIN,
  mailbox: MAILBOX,
  docs: DOCS,
} satisfies Record<string, readonly Showing[]>;
