import { ACCOUNT } from "./page-states/account.ts";
import { ADMIN } from "./page-states/admin.ts";
import { MAILBOX } from "./page-states/mailbox.ts";
import { PUBLIC } from "./page-states/public.ts";
import type { PageState } from "./page-states/steps.ts";

/** By who may see them; a test file each, so that they are looked at side by side. */
export const PAGE_STATES = {
  public: PUBLIC,
  account: ACCOUNT,
  admin: ADMIN,
  mailbox: MAILBOX,
} satisfies Record<string, readonly PageState[]>;
