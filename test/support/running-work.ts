import { createExecutionContext } from "cloudflare:test";

/** What still runs, with its description. Test files share a process, and so this map (docs/decisions/030). */
const running = new Map<Promise<unknown>, string>();

/** Milliseconds. Work that takes longer waits for something that never happens. */
const LIMIT_MS = 60_000;

/** Lets the next reset of the stores wait for this work. */
export function track<T>(work: Promise<T>, description: string): Promise<T> {
  const end = () => void running.delete(work);
  running.set(work, description);
  work.then(end, end);
  return work;
}

/** An execution context. The next reset of the stores waits for its deferred work. */
export function createTrackedContext(description: string): ExecutionContext {
  const context = createExecutionContext();
  const waitUntil = context.waitUntil.bind(context);
  context.waitUntil = (work) => waitUntil(track(Promise.resolve(work), `deferred work of ${description}`));
  return context;
}

/** Waits until no request and no deferred work runs. Fails if that takes longer than `limitMs`. */
export async function waitForRunningWork(limitMs = LIMIT_MS): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const limit = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`still running: ${[...running.values()].join(", ")}`));
    timer = setTimeout(fail, limitMs);
  });
  try {
    // Work that ends can have started other work.
    while (running.size > 0) await Promise.race([Promise.allSettled(running.keys()), limit]);
  } finally {
    clearTimeout(timer);
    running.clear();
  }
}
