import type { Shown } from "./page.ts";

/**
 * Where a developer finds the mail that a page speaks of. A constant of the bundler, as in `app.ts`: a production
 * bundle does not even hold the address.
 */
export const DevMailboxLink = ({ p }: { p: Shown }) =>
  process.env.NODE_ENV !== "production" && p.usesDevMailbox ? (
    <p class="hint">
      <a href="/dev/mailbox">{p.t.mailHere}</a>
    </p>
  ) : null;
