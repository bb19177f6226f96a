import type { ApiResponse } from "./service.ts";

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
