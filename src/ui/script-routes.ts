import { Hono, type MiddlewareHandler } from "hono";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { documented } from "../http/openapi-operation.ts";

/** The first digits of the SHA-256 of public/pages/enhance.js. A test checks it. */
const VERSION = "626fe611bdac";

/** The path changes with the content, so that browsers may cache it without limit. */
export const SCRIPT_PATH = `/pages/enhance-${VERSION}.js`;

type Deps = { readonly assets: { readText(path: `/${string}`): Promise<string> } };

/** Serves the script of the pages. Every page works without it. */
export const scriptRoutes = (depsOf: DepsOf<Deps>): Hono<HttpEnv> =>
  new Hono<HttpEnv>().get(
    SCRIPT_PATH,
    documented<MiddlewareHandler>((_c, next) => next(), { page: "everybody" }),
    async (c) => {
      c.header("Cache-Control", "public, max-age=31536000, immutable");
      c.header("Content-Type", "text/javascript; charset=utf-8");
      return c.body(await depsOf(c).assets.readText("/pages/enhance.js"));
    },
  );
