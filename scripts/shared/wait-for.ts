/** Long, so that a slow machine fails no test. */
const TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 25;

/**
 * Polls until `read` returns a value other than null, undefined and false. For work that follows a response, such as the
 * delivery of mail. Throws after `timeout` milliseconds.
 */
export async function waitFor<T>(
  what: string,
  read: () => T | Promise<T>,
  timeout = TIMEOUT_MS,
): Promise<Exclude<T, null | undefined | false>> {
  for (const end = Date.now() + timeout; ; ) {
    const found = await read();
    if (found !== null && found !== undefined && found !== false)
      return found as Exclude<T, null | undefined | false>;
    if (Date.now() > end) throw new Error(`Timed out after ${timeout / 1000} s waiting for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
