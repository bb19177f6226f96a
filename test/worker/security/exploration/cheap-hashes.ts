import { vi } from "vitest";

/**
 * Derives password hashes with one iteration per block. They would take a tenth of the time of a sequence, and no rule
 * that the sequences check depends on their cost.
 */
export function deriveCheapHashes(): void {
  const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "deriveBits").mockImplementation((algorithm, ...rest) =>
    deriveBits(
      typeof algorithm === "object" && algorithm.name === "PBKDF2"
        ? { ...algorithm, iterations: 1 }
        : algorithm,
      ...rest,
    ),
  );
}
