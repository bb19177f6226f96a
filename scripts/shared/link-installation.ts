import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The directories that the Worker is built from. */
const DIRECTORIES = ["src", "migrations", "public"] as const;

type Options = {
  /** More files and directories to link. */
  readonly parts?: readonly string[];
  /** Edits wrangler.toml. */
  readonly change?: (config: string) => string;
};

/**
 * Makes a directory an installation of its own: a copy of wrangler.toml, and links to this repository's directories.
 * Files beside the configuration (.dev.vars, .wrangler) then belong to that directory. Returns the configuration's path.
 */
export function linkInstallation(
  directory: string,
  { parts = [], change = (config) => config }: Options = {},
): string {
  for (const part of [...DIRECTORIES, ...parts])
    symlinkSync(resolve(part), join(directory, part), "junction");
  const config = join(directory, "wrangler.toml");
  writeFileSync(config, change(readFileSync("wrangler.toml", "utf8")));
  return config;
}
