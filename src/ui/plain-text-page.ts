import type { Context } from "hono";
import { html } from "hono/html";
import type { Locale } from "../core/locale.ts";
import { errorTable } from "../http/error-table.ts";
import { retryAfterOf } from "../http/respond.ts";

// In the bundle: the assets may be the part that is unavailable.
const WORDS: Readonly<Record<Locale, string>> = {
  en: errorTable.unavailable[1],
  de: "Der Dienst ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.",
};

/**
 * A 503 page that needs no assets and no configuration. `problems` are configuration errors, which development
 * mode shows.
 */
export function renderPlainText(c: Context, requestId: string, problems: readonly string[]) {
  const { locale } = c.get("caller") as { readonly locale: Locale };
  c.header("Retry-After", String(retryAfterOf(503, undefined)));
  return c.html(
    html`<!doctype html><html lang="${locale}"><meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="color-scheme" content="light dark"/><title>503</title><main><h1>503</h1><p>${WORDS[locale]}</p><p>${problems.join("; ")}</p><p>${requestId}</p></main></html>`,
    503,
  );
}
