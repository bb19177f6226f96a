import type { Child } from "hono/jsx";
import { LONGEST, type Note } from "./notes.ts";

const STYLE = `
:root { color-scheme: light dark; background: light-dark(#fff, #14161a); color: light-dark(#1c1c1c, #e8e8e8); font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 2rem auto; padding: 0 1rem; }
header, li { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; }
ul { padding: 0; list-style: none; }
li { padding: .5rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
li span { overflow-wrap: anywhere; }
a { color: light-dark(#1f4fbf, #9db8ff); }
label { display: block; font-weight: 600; }
textarea { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; }
button, .button { font: inherit; padding: .4rem .9rem; }
[role=alert] { font-weight: 600; }
`;

function Frame({ title, nonce, children }: { title: string; nonce: string; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <style nonce={nonce}>{STYLE}</style>
      </head>
      <body>{children}</body>
    </html>
  );
}

/** For everybody. `name` is that of whoever has signed in. */
export const Welcome = ({ name, nonce }: { name?: string; nonce: string }) => (
  <Frame title="Notes" nonce={nonce}>
    <main>
      <h1>Notes</h1>
      <p>Write something down, and find it again wherever you sign in.</p>
      <p>
        {name === undefined ? (
          <a class="button" href="/sign-in">
            Sign in
          </a>
        ) : (
          <a class="button" href="/notes">
            Your notes, {name}
          </a>
        )}
      </p>
    </main>
  </Frame>
);

type Mine = {
  readonly name: string;
  readonly notes: readonly Note[];
  readonly account: string;
  readonly nonce: string;
  /** What was wrong with the note that was typed. */
  readonly alert?: string;
  readonly typed?: string;
};

/** Somebody's own notes. */
export const MyNotes = ({ name, notes, account, nonce, alert, typed = "" }: Mine) => (
  <Frame title="Your notes" nonce={nonce}>
    <header>
      <a href={account}>{name}</a>
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </header>
    <main>
      <h1>Your notes</h1>
      {alert && <p role="alert">{alert}</p>}
      <form method="post" action="/notes">
        <label for="text">A new note</label>
        <textarea id="text" name="text" rows={3} maxlength={LONGEST} required>
          {typed}
        </textarea>
        <button type="submit">Keep it</button>
      </form>
      <ul>
        {notes.map(({ id, text }) => (
          <li>
            <span>{text}</span>
            <form method="post" action={`/notes/${id}/delete`}>
              <button type="submit" aria-label={`Delete “${text}”`}>
                Delete
              </button>
            </form>
          </li>
        ))}
      </ul>
    </main>
  </Frame>
);
