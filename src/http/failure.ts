import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorCode, FieldProblem } from "../core/error-codes.ts";
import { errorTable } from "./error-table.ts";

/** `Retry-After` in seconds if a store is unavailable. */
export const RETRY_AFTER_SECONDS = 5;

/** The page of a failure, where the sentence of its error code does not fit. */
export type FailurePage = {
  readonly title: string;
  readonly text: string;
  /** Replaces the link to the start page. `ui/` passes its `PageProps`, which this folder does not know. */
  readonly more?: (props: never) => Child;
};

export type FailureDetails = {
  /** Replaces the default message of the code. */
  readonly message?: string;
  readonly fields?: readonly FieldProblem[];
  /** `Retry-After` in whole seconds. Every 429 has it. */
  readonly retryAfter?: number;
  /** Additional data of the error, if the route documents it. */
  readonly data?: unknown;
  /** A function gets the UI texts, which this folder does not know either. */
  readonly page?: FailurePage | ((texts: never) => FailurePage);
  /** `error` of an OAuth response, for the log. */
  readonly oauthError?: string;
};

/** Why a request was refused. The response and the log line are made of it. */
export type Failure = FailureDetails & {
  readonly code: ErrorCode;
  readonly status: ContentfulStatusCode;
  readonly message: string;
};

/** Records the failure of a request whose response shows it already: a page with its form. */
export function recordFailure(c: Context, code: ErrorCode, details: FailureDetails = {}): Failure {
  const [status, defaultMessage] = errorTable[code];
  const retryAfter = details.retryAfter ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);
  const failure = { ...details, code, status, message: details.message ?? defaultMessage, retryAfter };
  c.set("failure", failure);
  return failure;
}
