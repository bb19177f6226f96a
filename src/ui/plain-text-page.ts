import { html } from "hono/html";
import type { Locale } from "../core/locale.ts";
import { errorTable } from "../http/error-table.ts";
import { RETRY_AFTER_SECONDS } from "../http/failure.ts";
import type { PageContext } from "./page.ts";

// In the bundle: the assets may be the part that is unavailable.
const WORDS: Readonly<Record<Locale, string>> = {
  en: errorTable.unavailable[1],
  de: "Der Dienst ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.",
};

/**
 * A 503 page that needs no assets and no configuration. `problems` are configuration errors, which development
 * mode shows.
 */
export function renderPlainText(c: PageContext, problems: readonly string[] = []) {
  const { locale } = c.var.caller;
  c.header("Retry-After", String(RETRY_AFTER_SECONDS));
  return c.html(
    html`<!doctype html><html lang="${locale}"><meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="color-scheme" content="light dark"/><title>503</title><main><h1>503</h1><p>${WORDS[locale]}</p><p>${problems.join("; ")}</p><p>${c.get("requestId")}</p></main></html>`,
    503,
  );
}
