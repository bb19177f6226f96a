import type { ApiResponse } from "../../../support/service.ts";

/** Fails the sequence: the service has broken a rule. */
export function violation(rule: string): never {
  throw new Error(rule);
}

/** Compares the outcome of a request with that of the model. Returns whether it succeeded. */
export function expectOutcome(answer: ApiResponse, mustSucceed: boolean, action: string): boolean {
  const succeeded = answer.status < 400;
  if (answer.status >= 500) violation(`${action} answered ${answer.status}: ${answer.text}`);
  if (succeeded && !mustSucceed) violation(`${action} succeeded: ${answer.status} ${answer.text}`);
  if (!succeeded && mustSucceed) violation(`${action} was refused: ${answer.status} ${answer.text}`);
  return succeeded;
}

/** Sends a request that uses something once, or twice at the same time, when at most one of them may succeed. */
export async function useOnce(atOnce: 1 | 2, send: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const [first, ...others] = await Promise.all(Array.from({ length: atOnce }, send));
  const succeeded = [first, ...others].filter((answer) => answer !== undefined && answer.status < 400);
  if (succeeded.length > 1) violation("two requests at the same time used a single-use secret");
  return (succeeded[0] ?? first) as ApiResponse;
}
