import type { Context } from "hono";

/** RFC 9110 §13.1.2: matches any listed ETag. Weak comparison: the edge weakens the ETags of compressed responses. */
export const matchesIfNoneMatch = (c: Context, etag: string): boolean =>
  (c.req.header("If-None-Match") ?? "")
    .split(",")
    .some((candidate) => ["*", etag].includes(candidate.trim().replace(/^W\//, "")));
