import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { brandColor } from "../core/brand-color.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";
import type { HttpEnv } from "../http/context.ts";
import { refuse } from "../http/respond.ts";

type Deps = {
  readonly settings: {
    readonly publicUrl: string;
    readonly brand: { readonly appName: string; readonly color: string | null };
  };
  readonly assets: {
    /** Null where there is no such file. */
    findText(path: `/${string}`): Promise<string | null>;
    readText(path: `/${string}`): Promise<string>;
  };
  readonly docsStyle: () => Promise<string>;
};

const NAME = /^[A-Za-z]+$/;

/**
 * GET /docs and what is below it: the pages that `npm run openapi` has written, with what only a deployment
 * knows put in. Nothing in them is somebody's, but each has a nonce of its own, so none is kept.
 */
export function docsRoutes(depsOf: (c: Context) => Deps): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get("/docs", (c) => show(c, depsOf(c), "overview"))
    .get("/docs/try.js", async (c) => {
      c.header("Cache-Control", "public, max-age=300");
      return c.body(await depsOf(c).assets.readText("/docs/try.js"), 200, {
        "Content-Type": "text/javascript; charset=utf-8",
      });
    })
    .get("/docs/:name", (c) => show(c, depsOf(c), c.req.param("name")));
}

async function show(c: Context, deps: Deps, name: string): Promise<Response> {
  // By the name without `.html`: the assets send whoever asks with it there.
  const page = NAME.test(name) ? await deps.assets.findText(`/docs/operations/${name}`) : null;
  if (page === null) return refuse(c, "not_found");
  const { publicUrl, brand } = deps.settings;
  const { background, text } = brandColor(brand.color);
  const nonce = newOneTimeToken();
  const values: Readonly<Record<string, string>> = {
    nonce,
    style: `:root{--brand:${background};--on-brand:${text}}${await deps.docsStyle()}`,
    app: String(html`${brand.appName}`),
    initial: String(html`${[...brand.appName][0]?.toUpperCase()}`),
    origin: String(html`${publicUrl}`),
  };
  c.header("Content-Security-Policy", policyOf(nonce));
  return c.html(page.replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole));
}

/** Its own alone: one style element, one script, and what that asks of this very service. */
const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    "script-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
