/** Milliseconds: it ends what never comes, and fails nothing for being slow. */
const PATIENCE = 60_000;
const GLANCE = 25;

/** Looks again and again until something is there. Mail leaves a moment after its answer; how long a moment is, is the machine's to say. */
export async function until<T>(what: string, look: () => Promise<T | null | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, GLANCE));
  }
  throw new Error(`it did not come within ${PATIENCE / 1000} s: ${what}`);
}
