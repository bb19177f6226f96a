import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { wranglerEnvironment } from "../../shared/run-wrangler.ts";
import { type Example, type Problem, problemIn } from "./example.ts";

const HEAD = 'name = "example"\nmain = "index.ts"\ncompatibility_date = "2026-11-01"\n';

/** Whether wrangler takes it for configuration, a part of a file included, and knows every key. */
export async function checkWranglerConfig(example: Example, scratch: string): Promise<readonly Problem[]> {
  Object.assign(process.env, wranglerEnvironment);
  const { unstable_readConfig } = await import("wrangler");
  const path = join(scratch, "wrangler.toml");
  const missing = HEAD.split("\n").filter(
    (row) => !new RegExp(`^${row.split(" ")[0]} =`, "m").test(example.code),
  );
  // "[vars]" of an environment may stand alone; what comes first belongs to no table.
  writeFileSync(path, `${missing.join("\n")}\n${example.code}`);
  const said: string[] = [];
  const { warn } = console;
  console.warn = (text: unknown) => said.push(String(text));
  try {
    unstable_readConfig({ config: path, env: undefined }, { hideWarnings: false });
  } catch (error) {
    return [problemIn(example, `wrangler: ${error instanceof Error ? error.message : error}`)];
  } finally {
    console.warn = warn;
  }
  const unexpected = stripVTControlCharacters(said.join("\n")).match(/Unexpected fields? .*/g) ?? [];
  return unexpected.map((says) => problemIn(example, `wrangler: ${says}`));
}
