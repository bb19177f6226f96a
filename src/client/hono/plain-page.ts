import type { Context } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A page for people, of one sentence. Nothing in it that a Content-Security-Policy could be against. */
export function plainPage(
  c: Context,
  status: ContentfulStatusCode,
  sentence: string,
  link?: { readonly to: string; readonly says: string },
): Response | Promise<Response> {
  const onward = link && html`<p><a href="${link.to}">${link.says}</a></p>`;
  return c.html(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${sentence}</title></head><body><main><h1>${sentence}</h1>${onward ?? ""}</main></body></html>`,
    status,
  );
}
