import { Hono, type MiddlewareHandler } from "hono";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { documented } from "../http/openapi-operation.ts";

/** The first digits of the SHA-256 of public/pages/enhance.js and public/pages/passkeys.js. A test checks them. */
const VERSION = "35a91305445a";
const PASSKEY_VERSION = "9ea9d479d66d";

/** The paths change with the content, so that browsers may cache it without limit. */
export const SCRIPT_PATH = `/pages/enhance-${VERSION}.js`;
export const PASSKEY_SCRIPT_PATH = `/pages/passkeys-${PASSKEY_VERSION}.js`;

const FILES = [
  [SCRIPT_PATH, "/pages/enhance.js"],
  [PASSKEY_SCRIPT_PATH, "/pages/passkeys.js"],
] as const;

type Deps = { readonly assets: { readText(path: `/${string}`): Promise<string> } };

/** Serves the scripts of the pages. Every page works without them. */
export function scriptRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  for (const [path, file] of FILES) {
    app.get(
      path,
      documented<MiddlewareHandler>((_c, next) => next(), { page: "everybody" }),
      async (c) => {
        c.header("Cache-Control", "public, max-age=31536000, immutable");
        c.header("Content-Type", "text/javascript; charset=utf-8");
        return c.body(await depsOf(c).assets.readText(file));
      },
    );
  }
  return app;
}
