/** Milliseconds: it ends what never comes, and fails nothing for being slow. */
const PATIENCE = 60_000;
const GLANCE = 25;

/**
 * Looks again and again until something is there: mail leaves a moment after its answer, and how long a moment is, is the
 * machine's to say. Throws when it does not come.
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  patience = PATIENCE,
): Promise<Exclude<T, null | undefined | false>> {
  for (const end = Date.now() + patience; ; ) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false)
      return found as Exclude<T, null | undefined | false>;
    if (Date.now() > end) throw new Error(`It did not come within ${patience / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, GLANCE));
  }
}
