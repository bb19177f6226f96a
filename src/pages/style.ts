/**
 * The sheet of the pages, after the brand's two colours: design tokens first, light and dark by
 * `light-dark()`, one column from 320 px up. Text keeps 4.5:1, borders of fields 3:1 (WCAG 2.2, 1.4.3, 1.4.11).
 */
export const PAGE_STYLE = `
:root{
color-scheme:light dark;
--ink:light-dark(#14171c,#eceff3);
--faint:light-dark(#565e69,#a3adb9);
--paper:light-dark(#fff,#171a1f);
--wall:light-dark(#f6f7f9,#0e1013);
--line:light-dark(#e3e6ea,#2a2f37);
--edge:light-dark(#868f9b,#6a7480);
--bad:light-dark(#b42318,#ff9b92);
--bad-wash:light-dark(#fef3f2,#2c1715);
--good:light-dark(#0b6b43,#6fd3a3);
--good-wash:light-dark(#eef9f3,#10251b);
--ring:color-mix(in srgb,var(--brand) 65%,var(--ink));
--tint:color-mix(in srgb,var(--brand) 7%,var(--wall));
--round:10px;
--shade:0 1px 2px rgb(16 24 40/.05),0 12px 32px -12px rgb(16 24 40/.14);
}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;color:var(--ink);
background:linear-gradient(var(--tint),var(--wall) 420px) var(--wall) no-repeat;
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-font-smoothing:antialiased}
h1{margin:0;font-size:25px;line-height:1.25;letter-spacing:-.018em;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:0;font-size:17px;line-height:1.35;letter-spacing:-.006em;font-weight:650}
p{margin:0;text-wrap:pretty}
a{color:inherit;text-decoration-color:var(--edge);text-underline-offset:3px;text-decoration-thickness:1px}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:3px solid var(--ring);outline-offset:2px;border-radius:6px}
main:focus,.alert:focus{outline:0}
[hidden]{display:none!important}
.skip{position:absolute;left:12px;top:-60px;padding:10px 16px;background:var(--ink);color:var(--paper);border-radius:8px;z-index:2}
.skip:focus{top:12px}
.faint{color:var(--faint)}
.lead{color:var(--faint)}
.hint,.problem{font-size:14px;line-height:1.45;color:var(--faint);margin-top:6px}
.problem{color:var(--bad);font-weight:550}
.alert,.notice{padding:12px 14px;border-radius:var(--round);font-size:15px;line-height:1.45;border:1px solid}
.alert{color:var(--bad);background:var(--bad-wash);border-color:color-mix(in srgb,var(--bad) 28%,transparent)}
.notice{color:var(--good);background:var(--good-wash);border-color:color-mix(in srgb,var(--good) 28%,transparent)}
.brand{display:inline-flex;align-items:center;gap:10px;min-height:44px;font-weight:650;letter-spacing:-.01em;text-decoration:none}
.brand img{height:32px;width:auto;max-width:160px;display:block}
.mark{display:grid;place-items:center;width:32px;height:32px;border-radius:9px;background:var(--brand);color:var(--on-brand);font-weight:700;font-size:17px}
form,.ways{display:flex;flex-direction:column;gap:18px}
.field .label{display:flex;justify-content:space-between;align-items:baseline;gap:12px;margin-bottom:6px}
label{font-size:15px;font-weight:500}
.label a,.label .faint{font-size:14px}
.label a{padding:10px 0;margin:-10px 0}
input:not([type=hidden],[type=checkbox]),select{width:100%;min-height:46px;padding:10px 13px;font:inherit;color:inherit;background:var(--paper);
border:1px solid var(--edge);border-radius:var(--round);transition:border-color .12s}
input:focus-visible,select:focus-visible{outline:2px solid var(--ring);outline-offset:0;border-color:var(--ring);border-radius:var(--round)}
input[aria-invalid]{border-color:var(--bad)}
input.code{font:600 24px/1 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.42em;text-align:center;padding:14px 0 14px .42em;min-height:60px}
input[type=checkbox]{width:20px;height:20px;margin:2px 0 0;accent-color:var(--brand);flex:none}
.check{display:flex;gap:12px;align-items:flex-start;min-height:44px;padding:8px 0;font-weight:400}
button,.button{display:inline-flex;align-items:center;justify-content:center;min-height:46px;padding:10px 18px;font:inherit;font-weight:600;color:inherit;
text-decoration:none;text-align:center;background:var(--paper);border:1px solid var(--edge);border-radius:var(--round);cursor:pointer;transition:background .12s,filter .12s}
button:hover,.button:hover{background:var(--wall)}
button.main,.button.main{color:var(--on-brand);background:var(--brand);border-color:color-mix(in srgb,var(--brand) 82%,var(--ink))}
button.main:hover,.button.main:hover{filter:brightness(1.07)}
button.bad{color:var(--bad);border-color:color-mix(in srgb,var(--bad) 55%,transparent)}
button.quiet{min-height:44px;padding:8px 12px;font-size:15px;font-weight:500;color:var(--faint);background:none;border-color:transparent}
button.quiet:hover{color:var(--ink)}
button:disabled{opacity:.6;cursor:default}
.or{display:flex;align-items:center;gap:12px;color:var(--faint);font-size:14px}
.or:before,.or:after{content:"";flex:1;border-top:1px solid var(--line)}
.secret{position:relative}
.secret input{padding-right:52px!important}
.secret button{position:absolute;right:1px;top:1px;min-height:44px;width:48px;padding:0;border:0;background:none;color:var(--faint)}
.secret svg{width:20px;height:20px}
.strength{display:flex;gap:8px;align-items:center;color:var(--good)}
dialog{max-width:min(420px,calc(100vw - 32px));padding:24px;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:16px;box-shadow:var(--shade)}
dialog::backdrop{background:rgb(8 10 14/.55)}
dialog div{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:10px;margin-top:20px}
footer{padding:12px 16px 24px;display:flex;justify-content:center}
.outside header{padding:max(24px,9vh) 16px 20px;display:flex;justify-content:center;font-size:18px}
.outside main{width:min(100% - 32px,424px);margin:0 auto;padding:32px;display:flex;flex-direction:column;gap:20px;
background:var(--paper);border:1px solid var(--line);border-radius:18px;box-shadow:var(--shade)}
.outside footer{margin-top:auto}
.outside h1+.lead{margin-top:-10px}
.outside button:not(.quiet){width:100%}
.secret button{width:48px!important}
.aside{padding-top:18px;border-top:1px solid var(--line);color:var(--faint);font-size:15px;text-align:center}
.aside a{color:var(--ink);font-weight:580;padding:10px 0}
@media (max-width:480px){
.outside header{padding:16px 16px 12px}
.outside main{padding:24px 20px}
h1{font-size:23px}
}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
`;
