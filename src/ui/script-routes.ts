import { Hono, type MiddlewareHandler } from "hono";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { documented } from "../http/operation.ts";

/** The beginning of the SHA-256 of public/pages/enhance.js; a test says what it must be. */
const VERSION = "01815ea617e0";

/** Named by its content, so that a browser keeps it for as long as it is the same. */
export const SCRIPT_PATH = `/pages/enhance-${VERSION}.js`;

type Deps = { readonly assets: { readText(path: `/${string}`): Promise<string> } };

/** What pages do better with than without. */
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
