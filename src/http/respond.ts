import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod/mini";
import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { errorTable } from "./error-table.ts";

/** `Retry-After` in seconds if a store is unavailable. */
const RETRY_AFTER_SECONDS = 5;

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

/** `Retry-After` in seconds: the specified value, or the default of a 503. */
export const retryAfterOf = (status: number, specified: number | undefined): number | undefined =>
  specified ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);

type Details = {
  readonly message?: string;
  readonly fields?: readonly FieldProblem[];
  /** `Retry-After` in whole seconds. Every 429 has it. */
  readonly retryAfter?: number;
  /** Additional data of the error, if the route documents it. */
  readonly data?: unknown;
};

/** Sends an error of the contract. `message` replaces the default message of the code. */
export function refuse(c: Context, code: ErrorCode, details: Details = {}): Response {
  const [status, defaultMessage] = errorTable[code];
  c.set("failure", code);
  if (code === "unauthorized") c.header("WWW-Authenticate", "Bearer");
  const retryAfter = retryAfterOf(status, details.retryAfter);
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  const error = { code, requestId: c.get("requestId"), fields: details.fields };
  return c.json(
    { success: false, message: details.message ?? defaultMessage, data: details.data, error },
    status,
  );
}
