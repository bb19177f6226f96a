import type { MiddlewareHandler } from "hono";
import type { z } from "zod/mini";
import type { Permission } from "../admin/authorization/permissions.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Answer } from "./respond.ts";

export type PageAccess = "everybody" | "signed_in" | Permission;

/**
 * The documentation of one handler of a route. The OpenAPI document is built from these parts, so it
 * describes the schemas and guards that run.
 */
export type OperationPart = {
  /** Verb and noun. Generated clients name their functions by it, so that it stays when a path changes. */
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tag?: string;
  readonly answer?: Answer<z.ZodMiniType | null>;
  /** Other success responses with the same status. */
  readonly alternatives?: readonly Answer<z.ZodMiniType | null>[];
  /** The schema of a 200 without the envelope, because a standard defines its format. */
  readonly bare?: z.ZodMiniType;
  /** A 200 response that is a file of one of these media types. */
  readonly file?: { readonly types: readonly string[] };
  /** A 302 response: description of the target. Browsers get the errors as pages. */
  readonly redirect?: string;
  /** 303: the browser changes a POST to a GET. */
  readonly redirectStatus?: 303;
  /** The fields of a body in `application/x-www-form-urlencoded`. */
  readonly form?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  readonly bodyIsOptional?: true;
  /** The request body is a file: the body itself, or a field of a multipart body. */
  readonly upload?: { readonly field: string; readonly types: readonly string[]; readonly maxBytes: number };
  readonly query?: z.ZodMiniObject;
  readonly params?: z.ZodMiniObject;
  /** Requires a session. */
  readonly session?: true;
  /** Requires a role with this permission. */
  readonly permission?: Permission;
  /** An HTML page, which the OpenAPI document omits, and the access to it. */
  readonly page?: PageAccess;
  readonly failures?: readonly ErrorCode[];
  /** Headers that its responses may have in addition to the common ones. */
  readonly headers?: readonly ("RateLimit" | "RateLimit-Policy")[];
  /** Its responses may set or clear cookies. */
  readonly cookies?: true;
  /** `Cache-Control` of its success responses. The default is `no-store`. */
  readonly cacheControl?: string;
  /** Its success responses have an ETag, and a conditional request may get a 304. */
  readonly etag?: true;
  /** The schema of the additional data of a 503. */
  readonly unavailable?: z.ZodMiniType;
  /** The schema of the additional data that a 401 may have. */
  readonly refused?: z.ZodMiniType;
};

// Written while the routes are built, read while the document is built. The same for every request.
const parts = new WeakMap<object, OperationPart>();

/** Attaches documentation to a handler and returns the handler. */
export function documented<H extends object>(handler: H, part: OperationPart): H {
  parts.set(handler, part);
  return handler;
}

export const operationPartOf = (handler: object): OperationPart | undefined => parts.get(handler);

type Description = Required<Pick<OperationPart, "operationId" | "summary" | "tag" | "answer">> &
  Pick<OperationPart, "failures" | "description" | "alternatives" | "cookies" | "unavailable" | "refused">;

/** Documents a route: its purpose and its responses. Guards and schemas document themselves. */
export const describeRoute = (description: Description): MiddlewareHandler =>
  documented(async (_c, next) => next(), description);
