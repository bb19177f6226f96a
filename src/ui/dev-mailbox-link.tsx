import type { PageProps } from "./page.ts";

/**
 * Links to the development mailbox. The bundler replaces the constant, as in `app.ts`, so that a production bundle
 * does not contain the URL.
 */
export const DevMailboxLink = ({ p }: { p: PageProps }) =>
  process.env.NODE_ENV !== "production" && p.usesDevMailbox ? (
    <p class="hint">
      <a href="/dev/mailbox">{p.t.devMailboxLink}</a>
    </p>
  ) : null;
