import { vi } from "vitest";

/** Waits for the first recorded request: after a client timeout, the server may record it later than the test reads. */
export const received = <T>(requests: () => Promise<readonly T[]>): Promise<readonly T[]> =>
  vi.waitFor(
    async () => {
      const recorded = await requests();
      if (recorded.length === 0) throw new Error("no request has arrived");
      return recorded;
    },
    { timeout: 10_000 },
  );
