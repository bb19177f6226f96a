import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// `npm run build`: what consumers import, with its types, into dist/client, or into the directory that is named. Nothing
// in this repository needs it: wrangler bundles the service, and the example's `gatehouse/client` is taken from src/,
// where tsconfig's `paths` lead.

const target = process.argv[2] ?? "dist/client";
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

// What was renamed must not stay behind.
rmSync(target, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.client.json", "--outDir", target], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
