import { vi } from "vitest";
import type { ApiResponse } from "./service.ts";

/** Runs the calls and counts the password hashes that the service computes meanwhile, in the same isolate. */
export async function countPasswordHashes(
  run: () => Promise<ApiResponse[]>,
): Promise<{ readonly answers: ApiResponse[]; readonly hashed: number }> {
  const deriveBits = vi.spyOn(crypto.subtle, "deriveBits");
  try {
    const answers = await run();
    const hashes = deriveBits.mock.calls.filter(([algorithm]) => {
      return typeof algorithm === "object" && algorithm.name === "PBKDF2";
    });
    return { answers, hashed: hashes.length };
  } finally {
    deriveBits.mockRestore();
  }
}
