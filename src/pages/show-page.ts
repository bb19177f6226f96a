import type { Context } from "hono";
import type { HtmlEscapedString } from "hono/utils/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { DepsOf } from "../http/context.ts";
import { newOneTimeToken } from "../kernel/crypto/one-time-token.ts";

export type ShowPageDeps = { readonly settings: { readonly brand: { readonly appName: string } } };

type Page = (shared: { appName: string; nonce: string }) => HtmlEscapedString | Promise<HtmlEscapedString>;

/** Sends a page under a policy that lets its one style element through, and no script at all. */
export const pageShower =
  (depsOf: DepsOf<ShowPageDeps>) =>
  async (c: Context, page: Page, status: ContentfulStatusCode = 200): Promise<Response> => {
    const nonce = newOneTimeToken();
    c.header(
      "Content-Security-Policy",
      `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    const { appName } = depsOf(c).settings.brand;
    return c.html(`<!doctype html>${await page({ appName, nonce })}`, status);
  };
