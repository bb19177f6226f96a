import type { Context } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An HTML page of one sentence, without styles or scripts, so that it works under any Content-Security-Policy. */
export function plainPage(
  c: Context,
  status: ContentfulStatusCode,
  sentence: string,
  link?: { readonly to: string; readonly label: string },
): Response | Promise<Response> {
  const action = link && html`<p><a href="${link.to}">${link.label}</a></p>`;
  return c.html(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${sentence}</title></head><body><main><h1>${sentence}</h1>${action ?? ""}</main></body></html>`,
    status,
  );
}
