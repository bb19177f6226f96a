import type { MiddlewareHandler } from "hono";
import type { z } from "zod/mini";
import type { Permission } from "../admin/authorization/permissions.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Answer } from "./respond.ts";

export type PageAccess = "everybody" | "signed_in" | Permission;

/**
 * What one handler of a route says of itself. The OpenAPI document is put together from these, so
 * it speaks of the very schemas and guards that run.
 */
export type OperationPart = {
  readonly summary?: string;
  readonly description?: string;
  readonly tag?: string;
  readonly answer?: Answer<z.ZodMiniType | null>;
  /** Other successes of the same status. */
  readonly alternatives?: readonly Answer<z.ZodMiniType | null>[];
  /** The schema of a 200 that has no envelope, because a standard says what it looks like. */
  readonly bare?: z.ZodMiniType;
  /** A 200 that is a file of one of these types. */
  readonly file?: { readonly types: readonly string[] };
  /** Answers 302: where it leads. Its failures are pages where a browser asks. */
  readonly redirect?: string;
  readonly body?: z.ZodMiniType;
  readonly bodyIsOptional?: true;
  /** A body that is a file: itself, or the field of a multipart body. */
  readonly upload?: { readonly field: string; readonly types: readonly string[]; readonly maxBytes: number };
  readonly query?: z.ZodMiniObject;
  readonly params?: z.ZodMiniObject;
  /** Needs a session. */
  readonly session?: true;
  /** Needs a role that has it. */
  readonly permission?: Permission;
  /** A page for people, which no API description has; and who may open it. */
  readonly page?: PageAccess;
  readonly failures?: readonly ErrorCode[];
  /** Headers that any of its answers may have, beside those that every answer has. */
  readonly headers?: readonly ("RateLimit" | "RateLimit-Policy")[];
  /** Its answers may set cookies, or take them back. */
  readonly cookies?: true;
  /** `Cache-Control` of its successes, which are not kept unless it says so. */
  readonly cacheControl?: string;
  /** Its successes have an ETag, and a 304 is for whoever has them already. */
  readonly etag?: true;
  /** What a 503 says beside its failure. */
  readonly unavailable?: z.ZodMiniType;
};

// Written while the routes are built, read when the document is; the same for every request.
const parts = new WeakMap<object, OperationPart>();

/** Attaches documentation to a handler and returns the handler. */
export function documented<H extends object>(handler: H, part: OperationPart): H {
  parts.set(handler, part);
  return handler;
}

export const partOf = (handler: object): OperationPart | undefined => parts.get(handler);

type Description = Required<Pick<OperationPart, "summary" | "tag" | "answer">> &
  Pick<OperationPart, "failures" | "description" | "alternatives" | "cookies" | "unavailable">;

/** Documents a route: its purpose and its answers. Guards and schemas document themselves. */
export const describe = (description: Description): MiddlewareHandler =>
  documented(async (_c, next) => next(), description);
