/**
 * The page's style sheet. It is rendered as the text of a style element, so it must not contain characters that
 * HTML escapes: no child selectors, no quotes.
 */
export const MAILBOX_STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #16191d);
  --wall: light-dark(#f4f6f8, #0e1013);
  --ink: light-dark(#1f2328, #e6edf3);
  --faint: light-dark(#59636e, #9198a1);
  --line: light-dark(#d8dee4, #2d333b);
  --accent: light-dark(#0b5cd5, #6cb0ff);
  --chosen: light-dark(#e7f0fe, #1d2a3d);
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column;
  background: var(--wall); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, Segoe UI, Roboto, sans-serif;
}
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header {
  display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center;
  padding: 12px 20px; background: var(--paper); border-bottom: 1px solid var(--line);
}
h1 { margin: 0; font-size: 18px; }
h1 a { color: inherit; text-decoration: none; }
form { display: flex; gap: 8px; align-items: center; flex: 1 1 260px; max-width: 460px; }
label { color: var(--faint); }
input, button { font: inherit; color: inherit; padding: 6px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--wall); }
input { flex: 1; min-width: 0; }
button { cursor: pointer; }
.refresh { margin-left: auto; }
.list em { padding: 0 6px; border-radius: 999px; background: var(--accent); color: var(--paper); font-size: 12px; font-style: normal; }
.note { margin: 0; padding: 10px 20px; background: var(--chosen); }
main { flex: 1; display: grid; grid-template-columns: minmax(260px, 360px) minmax(0, 1fr); }
.list { border-right: 1px solid var(--line); background: var(--paper); }
.list ol { list-style: none; margin: 0; padding: 0; }
.list a {
  display: grid; gap: 2px; padding: 12px 20px; color: inherit; text-decoration: none;
  border-bottom: 1px solid var(--line); border-left: 3px solid transparent;
}
.list a:hover { background: var(--wall); }
.list a[aria-current] { background: var(--chosen); border-left-color: var(--accent); }
.list strong { font-weight: 600; overflow-wrap: anywhere; }
.list span, .list time, dt { color: var(--faint); font-size: 13px; overflow-wrap: anywhere; }
.message { display: flex; flex-direction: column; padding: 20px; min-width: 0; }
.back { display: none; margin-bottom: 12px; }
h2 { margin: 0 0 8px; font-size: 20px; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 0 0 16px; align-items: baseline; }
dd { margin: 0; overflow-wrap: anywhere; }
.views { display: flex; gap: 8px; margin-bottom: 12px; }
.views a { padding: 4px 12px; border: 1px solid var(--line); border-radius: 999px; text-decoration: none; }
.views a[aria-current] { background: var(--chosen); border-color: var(--accent); }
iframe { flex: 1; width: 100%; min-height: 70vh; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); }
pre {
  margin: 0; padding: 16px; background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  font: 14px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
main.empty { display: block; width: 100%; max-width: 680px; margin: 0 auto; padding: 48px 20px; }
@media (max-width: 760px) {
  main { grid-template-columns: minmax(0, 1fr); }
  .list { border-right: 0; }
  .listing .message, .reading .list { display: none; }
  .back { display: inline-block; }
  .refresh { margin-left: 0; }
}
`;
