import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { statePath } from "../shared/local-platform.ts";

type Where = Parameters<typeof statePath>[0];

/** Beside the database that it speaks of. */
const fileOf = (where: Where): string => join(dirname(statePath(where)), "last-origin");

/** Writes down where `npm run dev` has that database's service, for commands that print links to it. */
export function rememberOrigin(where: Where, origin: string): void {
  const file = fileOf(where);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${origin}\n`);
}

/** Where it was started last; where it is by default, if it never was. */
export function lastOrigin(where: Where): string {
  try {
    return new URL(readFileSync(fileOf(where), "utf8").trim()).origin;
  } catch {
    return "http://localhost:8787";
  }
}
