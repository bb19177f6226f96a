import type { Context } from "hono";

/** RFC 9110 §13.1.2: any of a list will do, compared weakly, since the edge weakens what it compresses. */
export const matchesIfNoneMatch = (c: Context, etag: string): boolean =>
  (c.req.header("If-None-Match") ?? "")
    .split(",")
    .some((one) => ["*", etag].includes(one.trim().replace(/^W\//, "")));
