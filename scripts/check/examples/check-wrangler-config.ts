import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { wranglerEnvironment } from "../../shared/run-wrangler.ts";
import { type Example, type Problem, problemIn } from "./example.ts";

const REQUIRED = 'name = "example"\nmain = "index.ts"\ncompatibility_date = "2026-11-01"\n';

/** Checks that wrangler accepts the configuration, or part of one, and knows every key. */
export async function checkWranglerConfig(example: Example, scratch: string): Promise<readonly Problem[]> {
  Object.assign(process.env, wranglerEnvironment);
  const { unstable_readConfig } = await import("wrangler");
  const path = join(scratch, "wrangler.toml");
  const missing = REQUIRED.split("\n").filter(
    (row) => !new RegExp(`^${row.split(" ")[0]} =`, "m").test(example.code),
  );
  // The required keys come first, before any [table] of the example.
  writeFileSync(path, `${missing.join("\n")}\n${example.code}`);
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: unknown) => warnings.push(String(text));
  try {
    unstable_readConfig({ config: path, env: undefined }, { hideWarnings: false });
  } catch (error) {
    return [problemIn(example, `wrangler: ${error instanceof Error ? error.message : error}`)];
  } finally {
    console.warn = warn;
  }
  const unexpected = stripVTControlCharacters(warnings.join("\n")).match(/Unexpected fields? .*/g) ?? [];
  return unexpected.map((message) => problemIn(example, `wrangler: ${message}`));
}
