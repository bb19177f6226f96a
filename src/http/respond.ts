import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod/mini";
import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { errorTable } from "./error-table.ts";

/** Seconds after which asking again makes sense, when a store did not answer. */
const RETRY_AFTER_SECONDS = 5;

/** One success of one route: what it says, documents and carries. */
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

/** Sends an answer that the route has documented; `data` is held to its schema by type. */
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

/** Seconds after which asking again makes sense: those that are known, or those of any 503. */
export const retryAfterOf = (status: number, known: number | undefined): number | undefined =>
  known ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);

type Details = {
  readonly message?: string;
  readonly fields?: readonly FieldProblem[];
  /** Whole seconds after which asking again makes sense; every 429 has it. */
  readonly retryAfter?: number;
  /** What a failure says beside itself, where a route has documented that. */
  readonly data?: unknown;
};

/** Sends a failure of the contract. `message` replaces the code's own sentence. */
export function refuse(c: Context, code: ErrorCode, details: Details = {}): Response {
  const [status, sentence] = errorTable[code];
  c.set("failure", code);
  if (code === "unauthorized") c.header("WWW-Authenticate", "Bearer");
  const retryAfter = retryAfterOf(status, details.retryAfter);
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  const error = { code, requestId: c.get("requestId"), fields: details.fields };
  return c.json({ success: false, message: details.message ?? sentence, data: details.data, error }, status);
}
