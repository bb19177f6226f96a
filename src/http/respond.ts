import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod/mini";
import type { ErrorCode } from "../core/error-codes.ts";
import { type FailureDetails, recordFailure } from "./failure.ts";

/** One success response of a route: its status, message and data schema. */
export type Answer<Data extends z.ZodMiniType | null> = {
  readonly status: ContentfulStatusCode;
  readonly message?: string;
  readonly data: Data;
};

export const answer = <Data extends z.ZodMiniType | null = null>(
  status: ContentfulStatusCode,
  message: string | undefined,
  data: Data = null as Data,
): Answer<Data> => ({ status, message, data });

/** Sends a documented success response. The type of `data` follows from its schema. */
export function respond<Data extends z.ZodMiniType>(
  c: Context,
  documented: Answer<Data>,
  data: z.input<Data>,
): Response;
export function respond(c: Context, documented: Answer<null>): Response;
export function respond(c: Context, documented: Answer<z.ZodMiniType | null>, data?: unknown): Response {
  const { status, message } = documented;
  return c.json({ success: true, message, data }, status);
}

/** Refuses the request. `renderFailures` turns this response, which has no body, into JSON or a page. */
export const refuse = (c: Context, code: ErrorCode, details?: FailureDetails): Response =>
  c.body(null, recordFailure(c, code, details).status);
