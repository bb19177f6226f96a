import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Makes Miniflare start workerd without its standard output. Miniflare would parse each log line in this process, which
 * costs more than the Worker's writing of it and would slow the client of the one Worker that writes lines. Without
 * effect on Windows.
 */
export function silenceWorkerd(directory: string): void {
  if (process.platform === "win32") return;
  const { default: workerd } = createRequire(import.meta.resolve("miniflare"))("workerd") as {
    default: string;
  };
  const script = join(directory, "workerd.sh");
  writeFileSync(script, `#!/bin/sh\nexec '${workerd}' "$@" > /dev/null\n`, { mode: 0o700 });
  process.env.MINIFLARE_WORKERD_PATH = script;
}
