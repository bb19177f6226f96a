import { html } from "hono/html";
import type { Locale } from "../core/locale.ts";
import { errorTable } from "../http/error-table.ts";
import { RETRY_AFTER_SECONDS } from "../http/failure.ts";
import type { PageContext } from "./page.ts";

// In the bundle: the assets may be the part that is unavailable.
const WORDS: Readonly<Record<Locale, { readonly text: string; readonly support: string }>> = {
  en: { text: errorTable.unavailable[1], support: "Contact support" },
  de: {
    text: "Der Dienst ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.",
    support: "Hilfe anfordern",
  },
};

type Details = {
  /** Configuration errors, which development mode shows. */
  readonly problems?: readonly string[] | undefined;
  /** SUPPORT_URL. */
  readonly support?: string | null;
};

/** A 503 page that needs no assets and no configuration. */
export function renderPlainText(c: PageContext, { problems = [], support = null }: Details) {
  const { locale } = c.var.caller;
  const { text, support: label } = WORDS[locale];
  const link = support === null ? "" : html`<p><a href="${support}">${label}</a></p>`;
  c.header("Retry-After", String(RETRY_AFTER_SECONDS));
  return c.html(
    html`<!doctype html><html lang="${locale}"><meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="color-scheme" content="light dark"/><title>503</title><main><h1>503</h1><p>${text}</p><p>${problems.join("; ")}</p><p>${c.get("requestId")}</p>${link}</main></html>`,
    503,
  );
}
