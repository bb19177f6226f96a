import { type Context, Hono, type MiddlewareHandler } from "hono";
import * as z from "zod/mini";
import { toBase64url, utf8 } from "../core/crypto/encoding.ts";
import type { HttpEnv } from "../http/context.ts";
import { matchesIfNoneMatch } from "../http/if-none-match.ts";
import { documented } from "../http/openapi-operation.ts";

type Settings = { readonly publicUrl: string; readonly brand: { readonly appName: string } };
type Deps = {
  readonly settings: Settings;
  readonly assets: { readJson(path: `/${string}`): Promise<unknown> };
};

const cacheControl = "public, max-age=300";

const metadata = documented<MiddlewareHandler>((_c, next) => next(), {
  operationId: "getDescription",
  summary: "This document",
  tag: "Discovery",
  bare: z.looseObject({ openapi: z.literal("3.1.0") }),
  cacheControl,
  etag: true,
});

/** GET /openapi.json: each isolate reads the asset on its first request for it. */
export function openApiRoutes(depsOf: (c: Context) => Deps): Hono<HttpEnv> {
  let cached: { readonly for: Settings; readonly text: string; readonly etag: string } | null = null;
  return new Hono<HttpEnv>().get("/openapi.json", metadata, async (c) => {
    const { settings, assets } = depsOf(c);
    if (cached?.for !== settings) {
      const text = JSON.stringify(describeDeployment(await assets.readJson("/openapi.json"), settings));
      cached = { for: settings, text, etag: await etagOf(text) };
    }
    c.header("Cache-Control", cacheControl);
    c.header("ETag", cached.etag);
    if (matchesIfNoneMatch(c, cached.etag)) return c.body(null, 304);
    return c.body(cached.text, 200, { "Content-Type": "application/json" });
  });
}

const etagOf = async (text: string): Promise<string> =>
  `"${toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))))}"`;

/** Puts the deployment's name and URL into the committed document (`npm run openapi`). */
function describeDeployment(committed: unknown, { publicUrl, brand }: Settings): object {
  const document = committed as { readonly info: object };
  const info = { ...document.info, title: `${brand.appName} auth API` };
  return { ...document, info, servers: [{ url: publicUrl }] };
}
