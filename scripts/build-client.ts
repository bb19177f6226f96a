import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

// `npm run build`: what consumers import, with its types, into dist/client, or into the directory that is
// named. The service itself is wrangler's to bundle.

const directory = process.argv[2] ?? join("dist", "client");

// What was renamed must not stay behind.
rmSync(directory, { recursive: true, force: true });
const { status } = spawnSync(`tsc -p tsconfig.client.json --outDir "${directory}"`, {
  stdio: "inherit",
  shell: true,
});
process.exitCode = status ?? 1;
