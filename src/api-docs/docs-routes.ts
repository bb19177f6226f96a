import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { matchesIfNoneMatch } from "../http/if-none-match.ts";

type Deps = {
  readonly settings: { readonly brand: { readonly appName: string } };
  readonly assets: {
    /** The file as a response, with an ETag. Throws `Unavailable` when it is missing. */
    readResponse(path: `/${string}`): Promise<Response>;
  };
};

/**
 * GET /docs: the API reference, which Scalar renders in the browser from /openapi.json.
 * `npm run build:docs` copies Scalar's bundle to public/docs.
 */
export const docsRoutes = (depsOf: DepsOf<Deps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>()
    .get("/docs", (c) => {
      c.header("Content-Security-Policy", POLICY);
      return c.html(referencePage(depsOf(c).settings.brand.appName));
    })
    .get("/docs/scalar.js", (c) => serveScript(c, depsOf(c), "/docs/scalar.js"))
    .get("/docs/start.js", (c) => serveScript(c, depsOf(c), "/pages/api-reference.js"));

/** Scalar sets inline styles. Every other page has a stricter policy: no page but /docs allows 'unsafe-inline'. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const referencePage = (appName: string) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${appName} auth API</title>
<link rel="icon" href="data:,">
</head>
<body>
<div id="reference"></div>
<noscript>The API reference needs JavaScript. The same description for programs is <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/scalar.js" defer></script>
<script src="/docs/start.js" defer></script>
</body>
</html>
`;

/** Streams the file: Scalar's bundle has several megabytes. */
async function serveScript(c: Context, { assets }: Deps, path: `/${string}`): Promise<Response> {
  const file = await assets.readResponse(path);
  const etag = file.headers.get("ETag");
  c.header("Cache-Control", "public, max-age=300");
  if (etag !== null) {
    c.header("ETag", etag);
    if (matchesIfNoneMatch(c, etag.replace(/^W\//, ""))) {
      await file.body?.cancel();
      return c.body(null, 304);
    }
  }
  c.header("Content-Type", "text/javascript; charset=utf-8");
  return c.body(file.body as ReadableStream);
}
