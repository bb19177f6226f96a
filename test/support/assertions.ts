import { expect } from "vitest";
import type { ApiResponse } from "./service.ts";

/** Expects the security headers that every response has (ASVS 3.4). */
export function expectSecurityHeaders({ headers }: Pick<ApiResponse, "headers">): void {
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  expect(headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
  expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=\d{8,}/);
  expect(headers.get("X-Request-Id")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
}

/** Expects the error envelope of the API contract with exactly this status and code. */
export function expectErrorResponse(answer: ApiResponse, status: number, code: string): void {
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  expect(Object.keys(answer.body).sort()).toEqual(["error", "message", "success"]);
  expect(answer.body.success).toBe(false);
  expect(answer.body.message).toMatch(/^[A-Z][^<>]*\.?$/);
  const { requestId, fields = [], ...rest } = answer.body.error ?? { code: "", requestId: "" };
  expect(Object.keys(rest)).toEqual(["code"]);
  expect(requestId).toBe(answer.headers.get("X-Request-Id"));
  for (const field of fields) expect(Object.keys(field).sort()).toEqual(["message", "path"]);
  // zod/mini has no built-in messages. It returns this text when a schema defines none.
  expect(fields.map(({ message }) => message)).not.toContain("Invalid input");
  expect(answer.headers.get("Content-Type")).toMatch(/^application\/json/);
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect(answer.headers.get("Set-Cookie")).toBeNull();
  expectSecurityHeaders(answer);
}

/** Makes that many calls concurrently. */
export const inParallel = (
  times: number,
  call: (index: number) => Promise<ApiResponse>,
): Promise<ApiResponse[]> => Promise.all(Array.from({ length: times }, (_, index) => call(index)));

/** The number of responses with each status. */
export function statusCounts(answers: readonly ApiResponse[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
