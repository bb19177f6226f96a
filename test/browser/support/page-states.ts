import { ACCOUNT } from "./page-states/account.ts";
import { ADMIN } from "./page-states/admin.ts";
import { FACTORS } from "./page-states/factors.ts";
import { MAILBOX } from "./page-states/mailbox.ts";
import { OAUTH } from "./page-states/oauth.ts";
import { PUBLIC } from "./page-states/public.ts";
import type { PageState } from "./page-states/steps.ts";
import { TEXTED_CODES } from "./page-states/texted-codes.ts";

/** Page states by audience. Each has a test file, so that they run in parallel. */
export const PAGE_STATES = {
  public: PUBLIC,
  account: ACCOUNT,
  factors: FACTORS,
  textedCodes: TEXTED_CODES,
  admin: ADMIN,
  mailbox: MAILBOX,
  oauth: OAUTH,
} satisfies Record<string, readonly PageState[]>;
