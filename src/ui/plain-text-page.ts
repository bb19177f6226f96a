import type { Context } from "hono";
import { html } from "hono/html";
import type { Locale } from "../core/locale.ts";
import { errorTable } from "../http/error-table.ts";
import { retryAfterOf } from "../http/respond.ts";

// Here and no asset, since what pages are made with may be just what is not there.
const WORDS: Readonly<Record<Locale, string>> = {
  en: errorTable.unavailable[1],
  de: "Der Dienst ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.",
};

/**
 * A page without words, sheet or brand of its own: what is left to say to a browser when they are out of reach.
 * `problems`: what is wrong, for the developer whose own machine this is.
 */
export function renderPlainText(c: Context, requestId: string, problems: readonly string[]) {
  const { locale } = c.get("caller") as { readonly locale: Locale };
  c.header("Retry-After", String(retryAfterOf(503, undefined)));
  return c.html(
    html`<!doctype html><html lang="${locale}"><meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="color-scheme" content="light dark"/><title>503</title><main><h1>503</h1><p>${WORDS[locale]}</p><p>${problems.join("; ")}</p><p>${requestId}</p></main></html>`,
    503,
  );
}
