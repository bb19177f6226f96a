import { vi } from "vitest";
import type { Answer } from "./service.ts";

/** Runs the calls and counts the password hashes that the service computes meanwhile, in the same isolate. */
export async function countEvaluated(
  run: () => Promise<Answer[]>,
): Promise<{ readonly answers: Answer[]; readonly evaluated: number }> {
  const deriveBits = vi.spyOn(crypto.subtle, "deriveBits");
  try {
    const answers = await run();
    const hashes = deriveBits.mock.calls.filter(([algorithm]) => {
      return typeof algorithm === "object" && algorithm.name === "PBKDF2";
    });
    return { answers, evaluated: hashes.length };
  } finally {
    deriveBits.mockRestore();
  }
}
