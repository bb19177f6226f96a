/** A dependency that the service cannot do without. */
export type Dependency = "d1" | "kv" | "config";

/** Thrown when a dependency does not answer. The edge turns it into 503; nothing is decided without it. */
export class Unavailable extends Error {
  readonly dependency: Dependency;

  constructor(dependency: Dependency, cause: unknown) {
    super(`${dependency} is unavailable`, { cause });
    this.name = "Unavailable";
    this.dependency = dependency;
  }
}
