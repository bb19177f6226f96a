import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ensureApiTypes } from "./api-types.ts";

// `npm run build [directory]`: writes the package `gatehouse/client` with its types, to dist/client by default.
// This repository does not use the output: `paths` of tsconfig.json lead to the sources.

const target = process.argv[2] ?? "dist/client";
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

await ensureApiTypes();
// A renamed file must not stay behind.
rmSync(target, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.client.json", "--outDir", target], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
