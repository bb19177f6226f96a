import type { Child } from "hono/jsx";
import { PAGE_STYLE } from "./style.ts";

type FrameProps = {
  readonly appName: string;
  readonly title: string;
  /** Lets this one style element through the page's own policy. */
  readonly nonce: string;
  readonly children: Child;
};

/** What every page has around it. No script, and nothing from anywhere else. */
function Frame({ appName, title, nonce, children }: FrameProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · ${appName}`}</title>
        <style nonce={nonce}>{PAGE_STYLE}</style>
      </head>
      <body>
        <header>{appName}</header>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}

type PageProps = { readonly appName: string; readonly nonce: string };

/** A mailed link asks before it does anything: mail scanners open links, and press no buttons. */
export const VerifyPage = ({ token, ...page }: PageProps & { readonly token: string }) => (
  <Frame {...page} title="Confirm your email address">
    <p>One click, and this address is confirmed.</p>
    <form method="post" action="/verify-email">
      <input type="hidden" name="token" value={token} />
      <button type="submit">Confirm my address</button>
    </form>
  </Frame>
);

type ResetProps = PageProps & {
  readonly token: string;
  /** What is wrong with the password that was chosen. */
  readonly problem: string | null;
};

export const ResetPage = ({ token, problem, ...page }: ResetProps) => (
  <Frame {...page} title="Choose a new password">
    <form method="post" action="/reset-password">
      <input type="hidden" name="token" value={token} />
      <label for="password">New password</label>
      {problem && (
        <p class="bad" id="problem" role="alert">
          {problem}
        </p>
      )}
      <input
        id="password"
        name="newPassword"
        type="password"
        autocomplete="new-password"
        aria-describedby={problem ? "problem hint" : "hint"}
        aria-invalid={problem ? "true" : undefined}
        autofocus
        required
      />
      <p class="hint" id="hint">
        At least 8 characters; 15 or more are better. Every session ends.
      </p>
      <button type="submit">Set my new password</button>
    </form>
  </Frame>
);

type NoteProps = PageProps & { readonly title: string; readonly text: string };

/** A page that says one thing. */
export const NotePage = ({ title, text, ...page }: NoteProps) => (
  <Frame {...page} title={title}>
    <p>{text}</p>
  </Frame>
);
