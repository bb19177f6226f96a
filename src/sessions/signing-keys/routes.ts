import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { documented } from "../../http/openapi-operation.ts";
import type { KeyRing } from "./key-ring.ts";

/** Seconds that clients may cache the key set: far less than the day by which a new key is published ahead. */
const MAX_AGE = 600;
const cacheControl = `public, max-age=${MAX_AGE}`;
/** Public, and the same for every caller: pages of every origin may read it. */
export const keySetHeaders = { "Cache-Control": cacheControl, "Access-Control-Allow-Origin": "*" };
export const KEY_SET_PATH = "/.well-known/jwks.json";

const common = { kid: z.string(), use: z.literal("sig") };
const keySet = z.object({
  keys: z.array(
    z.union([
      z.object({
        kty: z.literal("EC"),
        crv: z.literal("P-256"),
        x: z.string(),
        y: z.string(),
        alg: z.literal("ES256"),
        ...common,
      }),
      z.object({ kty: z.literal("RSA"), n: z.string(), e: z.string(), alg: z.literal("RS256"), ...common }),
    ]),
  ),
});

/** The public keys that verify access tokens (ES256) and ID tokens (RS256 and ES256): a bare JWK Set (RFC 7517 §5) without the envelope. */
export function keySetRoutes(depsOf: DepsOf<{ keyRing: KeyRing }>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(
    KEY_SET_PATH,
    documented(async (_c, next) => next(), {
      operationId: "getKeySet",
      summary: "The public keys that verify access tokens and ID tokens (JWK Set)",
      tag: "Discovery",
      bare: keySet,
      cacheControl,
    }),
    async (c) => {
      const body = await depsOf(c).keyRing.keySet();
      return c.body(body, 200, { "Content-Type": "application/json", ...keySetHeaders });
    },
  );
}
