import type { Child } from "hono/jsx";
import { MAX_NOTE_LENGTH, type Note } from "./notes.ts";

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

function Layout({ title, nonce, children }: { title: string; nonce: string; children: Child }) {
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

/** The public page. `name` is the name of the signed-in user. */
export const PublicPage = ({ name, nonce }: { name?: string; nonce: string }) => (
  <Layout title="Notes" nonce={nonce}>
    <main>
      <h1>Notes</h1>
      <p>Save your notes and read them on any device.</p>
      <p>
        {name === undefined ? (
          <a class="button" href="/sign-in">
            Sign in
          </a>
        ) : (
          <a class="button" href="/notes">
            Continue as {name}
          </a>
        )}
      </p>
    </main>
  </Layout>
);

type NotesPageProps = {
  readonly name: string;
  readonly notes: readonly Note[];
  readonly accountUrl: string;
  readonly nonce: string;
  /** The validation error of the submitted note. */
  readonly error?: string;
  /** The text of the submitted note, to correct in the form. */
  readonly text?: string;
};

/** The notes of the signed-in user. */
export const NotesPage = ({ name, notes, accountUrl, nonce, error, text = "" }: NotesPageProps) => (
  <Layout title="Your notes" nonce={nonce}>
    <header>
      <a href={accountUrl}>{name}</a>
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </header>
    <main>
      <h1>Your notes</h1>
      {error && <p role="alert">{error}</p>}
      <form method="post" action="/notes">
        <label for="text">New note</label>
        <textarea id="text" name="text" rows={3} maxlength={MAX_NOTE_LENGTH} required>
          {text}
        </textarea>
        <button type="submit">Save note</button>
      </form>
      <ul>
        {notes.map((note) => (
          <li>
            <span>{note.text}</span>
            <form method="post" action={`/notes/${note.id}/delete`}>
              <button type="submit" aria-label={`Delete “${note.text}”`}>
                Delete
              </button>
            </form>
          </li>
        ))}
      </ul>
    </main>
  </Layout>
);
