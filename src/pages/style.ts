/** The sheet of the pages: design tokens first. It holds none of the characters that HTML escapes. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #1b1f24);
  --wall: light-dark(#f4f6f8, #111418);
  --ink: light-dark(#1f2328, #e6edf3);
  --faint: light-dark(#59636e, #9da7b1);
  --line: light-dark(#d1d9e0, #30363d);
  --bad: light-dark(#b3261e, #ff8a80);
  --act: light-dark(#1f5fd0, #6cb0ff);
  --on-act: light-dark(#ffffff, #0b1220);
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 24px 16px;
  background: var(--wall); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, Segoe UI, Roboto, sans-serif;
}
main {
  width: min(100vw - 32px, 420px); padding: 32px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 16px;
}
header { margin-bottom: 20px; color: var(--faint); font-weight: 600; text-align: center; }
h1 { margin: 0 0 12px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
label { display: block; margin: 0 0 6px; font-weight: 600; }
input {
  width: 100%; margin: 0 0 6px; padding: 11px 12px; font: inherit; color: inherit;
  background: var(--wall); border: 1px solid var(--line); border-radius: 10px;
}
button {
  width: 100%; margin-top: 14px; padding: 12px; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-act); background: var(--act); border: 0; border-radius: 10px;
}
input:focus-visible, button:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.hint { margin: 0; color: var(--faint); font-size: 14px; }
.bad { margin: 0 0 6px; color: var(--bad); font-size: 14px; }
`;
