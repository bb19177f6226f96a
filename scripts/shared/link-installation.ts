import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** What the Worker is made of. */
const PARTS = ["src", "migrations", "public"] as const;

type Differences = {
  /** Beyond what the Worker is made of. */
  readonly parts?: readonly string[];
  readonly change?: (config: string) => string;
};

/**
 * Makes a directory a house of its own: this one's configuration, as it is changed, and links to its parts. What is
 * written beside a configuration (.dev.vars, .wrangler) is then the directory's. Returns the configuration's path.
 */
export function linkInstallation(
  directory: string,
  { parts = [], change = (config) => config }: Differences = {},
): string {
  for (const part of [...PARTS, ...parts]) symlinkSync(resolve(part), join(directory, part), "junction");
  const config = join(directory, "wrangler.toml");
  writeFileSync(config, change(readFileSync("wrangler.toml", "utf8")));
  return config;
}
