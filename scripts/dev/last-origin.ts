import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { statePath } from "../shared/local-platform.ts";

type Options = Parameters<typeof statePath>[0];

/** Beside the database of the service. */
const fileOf = (options: Options): string => join(dirname(statePath(options)), "last-origin");

/** Saves the service's origin beside its database, for commands that print links. */
export function rememberOrigin(options: Options, origin: string): void {
  const file = fileOf(options);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${origin}\n`);
}

/** The origin of the service's last start, or the default origin. */
export function lastOrigin(options: Options): string {
  try {
    return new URL(readFileSync(fileOf(options), "utf8").trim()).origin;
  } catch {
    return "http://localhost:8787";
  }
}
