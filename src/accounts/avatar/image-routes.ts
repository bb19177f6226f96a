import { Hono, type MiddlewareHandler } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { matchesIfNoneMatch } from "../../http/if-none-match.ts";
import { documented } from "../../http/openapi-operation.ts";
import { refuse } from "../../http/respond.ts";
import type { AvatarObjectStore } from "./object-store.ts";

type Deps = { readonly avatarObjects: Pick<AvatarObjectStore, "get"> };

const cacheControl = "public, max-age=31536000, immutable";

const about = documented<MiddlewareHandler>(async (_c, next) => next(), {
  operationId: "getAvatar",
  summary: "Get an avatar image by the key in `avatarUrl`",
  tag: "Avatars",
  params: z.object({ key: z.string() }),
  file: { types: ["image/png", "image/jpeg", "image/webp"] },
  failures: ["not_found"],
  cacheControl,
  etag: true,
});

const KEY = /^[A-Za-z0-9_-]{43}\.(?:png|jpg|webp)$/;

/**
 * GET /avatars/:key. Public: the key cannot be guessed. A key's object never changes, so responses are
 * immutable. The stored media type and the CSP sandbox stop a browser from running content that is not an
 * image (ASVS 3.2.1, 3.4).
 */
export function avatarImageRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get("/avatars/:key", about, async (c) => {
    const key = c.req.param("key");
    const object = KEY.test(key) ? await depsOf(c).avatarObjects.get(key) : null;
    if (!object) return refuse(c, "not_found");
    c.header("Cache-Control", cacheControl);
    c.header("Content-Security-Policy", "default-src 'none'; sandbox");
    c.header("Cross-Origin-Resource-Policy", "cross-origin");
    c.header("ETag", object.etag);
    if (matchesIfNoneMatch(c, object.etag)) {
      await object.body.cancel();
      return c.body(null, 304);
    }
    c.header("Content-Type", object.type);
    return c.body(object.body);
  });
}
