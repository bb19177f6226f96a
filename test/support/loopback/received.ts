import { vi } from "vitest";

/** The requests that were made, once there is one: whoever gave up waiting may look sooner than the server does. */
export const received = <T>(requests: () => Promise<readonly T[]>): Promise<readonly T[]> =>
  vi.waitFor(
    async () => {
      const made = await requests();
      if (made.length === 0) throw new Error("nothing has arrived");
      return made;
    },
    { timeout: 10_000 },
  );
