import { redact } from "./redact.ts";

/** A dependency that the service cannot do without. */
export type Dependency = "d1" | "r2" | "assets" | "config";

/** Thrown when a dependency does not answer. The edge turns it into 503; nothing is decided without it. */
export class Unavailable extends Error {
  readonly dependency: Dependency;
  /** What is wrong, where whoever asks may know: on a developer's own machine. */
  readonly problems: readonly string[];

  constructor(dependency: Dependency, cause: unknown, problems: readonly string[] = []) {
    super(`${dependency} is unavailable`, { cause });
    this.name = "Unavailable";
    this.dependency = dependency;
    this.problems = problems;
  }
}

/** The outage behind an error, however many times it was wrapped on its way up, or null. */
export function findUnavailable(error: unknown): Unavailable | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof Unavailable) return at;
  }
  return null;
}

/**
 * The class and the words of the first cause, for a log. Layers between wrap it with the statement and its
 * parameters, which are people's data and must not get there.
 */
export function firstCause(error: unknown): string {
  let first = error;
  while (first instanceof Error && first.cause instanceof Error) first = first.cause;
  return first instanceof Error ? redact(`${first.name}: ${first.message}`) : "not an error";
}
