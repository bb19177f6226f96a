import type { Context } from "hono";
import { retryAfterOf } from "../http/respond.ts";
import type { Locale } from "../kernel/locale.ts";

// Here and no asset, since what pages are made with may be just what is not there.
const WORDS: Readonly<Record<Locale, readonly [title: string, text: string, reference: string]>> = {
  en: ["Not available just now", "Please try again in a moment.", "Reference"],
  de: ["Zurzeit nicht erreichbar", "Bitte versuchen Sie es gleich noch einmal.", "Kennung"],
};

type Props = {
  readonly requestId: string;
  /** What is wrong, for the developer whose own machine this is. */
  readonly problems: readonly string[];
};

/** A page without words, sheet or brand of its own: what is left to say to a browser when they are out of reach. */
export async function showPlainNote(c: Context, { requestId, problems }: Props): Promise<Response> {
  const { locale } = c.get("caller") as { readonly locale: Locale };
  const [title, text, reference] = WORDS[locale];
  const page = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          <p>{text}</p>
          {problems.map((problem) => (
            <p>
              <code>{problem}</code>
            </p>
          ))}
          <p>{`${reference}: ${requestId}`}</p>
        </main>
      </body>
    </html>
  );
  c.header("Retry-After", String(retryAfterOf(503, undefined)));
  return c.html(`<!doctype html>${await page}`, 503);
}
