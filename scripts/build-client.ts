import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// `npm run build`: what consumers import, with its types, into dist/client, or into the directory that is named. The
// service itself is wrangler's to bundle.

const SOURCE = "src/client";
const TARGET = "dist/client";

if (import.meta.main) await buildClient(process.argv[2] ?? TARGET);

/** Builds it unless it is as new as its source. Whoever imports it meanwhile finds the whole of one build or another. */
export async function ensureClient(): Promise<void> {
  if (newest(SOURCE) > newest(TARGET)) await buildClient(TARGET);
}

async function buildClient(target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const made = mkdtempSync(`${target}-`);
  try {
    await compile(made);
    // What was renamed must not stay behind.
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function compile(outDir: string): Promise<void> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const child = spawn(process.execPath, [tsc, "-p", "tsconfig.client.json", "--outDir", outDir], {
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error("The client could not be built.")),
    );
  });
}

/** When something in a folder was last changed, in milliseconds; before everything, where there is none. */
function newest(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
}
