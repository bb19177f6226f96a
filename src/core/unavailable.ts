import { redact } from "./redact.ts";

/** A required dependency of the service. */
export type Dependency = "d1" | "r2" | "assets" | "config";

/** Thrown if a dependency fails. `app.ts` responds with 503; no request is decided without the dependency. */
export class Unavailable extends Error {
  readonly dependency: Dependency;
  /** Details for the developer. Shown in development mode only. */
  readonly problems: readonly string[];

  constructor(dependency: Dependency, cause: unknown, problems: readonly string[] = []) {
    super(`${dependency} is unavailable`, { cause });
    this.name = "Unavailable";
    this.dependency = dependency;
    this.problems = problems;
  }
}

/** The first `Unavailable` in the chain of causes, or null. */
export function findUnavailable(error: unknown): Unavailable | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof Unavailable) return at;
  }
  return null;
}

/**
 * The class and message of the root cause, for the log. Errors that wrap it contain the SQL parameters,
 * which are user data and must not be logged.
 */
export function firstCause(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? redact(`${root.name}: ${root.message}`) : "not an error";
}
