import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ensureApiTypes } from "./api-types.ts";

// `npm run build`: compiles the client package and its types into dist/client, or into the given directory. Only
// packing needs it: wrangler bundles the service, and tsconfig's `paths` resolve `gatehouse/client` to src/.

const target = process.argv[2] ?? "dist/client";
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

await ensureApiTypes();
// Removes outputs of renamed files.
rmSync(target, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.client.json", "--outDir", target], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
