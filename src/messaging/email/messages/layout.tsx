import type { BrandColor } from "../../../core/brand-color.ts";
import type { EmailContent } from "./compose-content.ts";

type LayoutBrand = {
  readonly appName: string;
  readonly logoUrl: string | null;
  readonly color: BrandColor;
  readonly publicUrl: string;
};

// Every mail program supports inline styles. This sheet only adds the dark colours and a narrow layout.
// It must not contain characters that HTML escapes: a style element would show them escaped.
const DARK_SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #111418 !important; }
  .card { background-color: #1b1f24 !important; border-color: #30363d !important; }
  .ink { color: #e6edf3 !important; }
  .faint { color: #9198a1 !important; }
}
@media (max-width: 480px) { .card { padding: 24px 20px !important; } }
`;

const FONT = "font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif;";
const PARAGRAPH = "margin:0 0 16px;font-size:16px;line-height:1.55;color:#1f2328;";
const FAINT = "font-size:13px;line-height:1.5;color:#59636e;";

/** The HTML of every mail: one card, at most one button, and the button's link below it. */
export function Layout({ content, brand }: { content: EmailContent; brand: LayoutBrand }) {
  return (
    <html lang={content.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{content.subject}</title>
        <style>{DARK_SHEET}</style>
      </head>
      <body class="page" style={`margin:0;padding:24px 12px;background-color:#f6f8fa;${FONT}`}>
        <div style="max-width:560px;margin:0 auto;">
          <Masthead brand={brand} />
          <main
            class="card"
            style="padding:32px;background-color:#ffffff;border:1px solid #d1d9e0;border-radius:12px;"
          >
            <h1 class="ink" style="margin:0 0 20px;font-size:22px;line-height:1.3;color:#1f2328;">
              {content.heading}
            </h1>
            <Paragraphs texts={[content.greeting, ...content.before]} />
            {content.code && <Code code={content.code} />}
            {content.action && <Action action={content.action} color={brand.color} />}
            <Paragraphs texts={content.after} />
          </main>
          <Footer text={content.footer} publicUrl={brand.publicUrl} />
        </div>
      </body>
    </html>
  );
}

function Masthead({ brand }: { brand: LayoutBrand }) {
  return (
    <header style="padding:8px 8px 20px;text-align:center;">
      {brand.logoUrl === null ? (
        <span class="ink" style="font-size:18px;font-weight:600;color:#1f2328;">
          {brand.appName}
        </span>
      ) : (
        <img
          src={brand.logoUrl}
          alt={brand.appName}
          height="40"
          style="height:40px;max-width:100%;border:0;"
        />
      )}
    </header>
  );
}

function Paragraphs({ texts }: { texts: readonly string[] }) {
  return (
    <>
      {texts.map((text) => (
        <p class="ink" style={PARAGRAPH}>
          {text}
        </p>
      ))}
    </>
  );
}

function Action({ action, color }: { action: NonNullable<EmailContent["action"]>; color: BrandColor }) {
  const button = `display:inline-block;padding:13px 26px;border-radius:8px;font-size:16px;font-weight:600;text-decoration:none;background-color:${color.background};color:${color.text};`;
  return (
    <>
      <p style="margin:8px 0 24px;">
        <a href={action.url} style={button}>
          {action.label}
        </a>
      </p>
      <p class="faint" style={`margin:0 0 8px;${FAINT}`}>
        {action.below}
      </p>
      <p class="faint" style={`margin:0 0 24px;word-break:break-all;${FAINT}`}>
        <a class="faint" style="color:#59636e;" href={action.url}>
          {action.url}
        </a>
      </p>
    </>
  );
}

function Code({ code }: { code: string }) {
  const digits = "margin:8px 0 24px;font-size:32px;font-weight:700;letter-spacing:6px;color:#1f2328;";
  return (
    <p class="ink" style={`${digits}font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;`}>
      {code}
    </p>
  );
}

function Footer({ text, publicUrl }: { text: string; publicUrl: string }) {
  return (
    <footer style="padding:20px 8px;text-align:center;">
      <p class="faint" style={`margin:0 0 8px;${FAINT}`}>
        {text}
      </p>
      <p class="faint" style={`margin:0 0 8px;${FAINT}`}>
        <a class="faint" style="color:#59636e;" href={publicUrl}>
          {publicUrl}
        </a>
      </p>
    </footer>
  );
}
