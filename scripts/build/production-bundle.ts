import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runWrangler } from "../shared/run-wrangler.ts";
import { ensureGeneratedFiles } from "./ensure-generated-files.ts";

/** Builds the bundle that `wrangler deploy` would upload, into `directory`. */
export async function buildProductionBundle(directory: string): Promise<void> {
  await ensureGeneratedFiles();
  const { code, output } = await runWrangler(["deploy", "--dry-run", "--outdir", directory], {
    NODE_ENV: "production",
  });
  if (code !== 0) throw new Error(`wrangler could not build the production bundle.\n\n${output.trim()}`);
}

export type UploadedModule = {
  readonly name: string;
  readonly content: Buffer;
  readonly gzippedBytes: number;
};

/** The modules of a built bundle. Excludes source maps, which do not count in the Worker's size. */
export function uploadedModules(directory: string): readonly UploadedModule[] {
  return readdirSync(directory)
    .filter((name) => name !== "README.md" && !name.endsWith(".map"))
    .map((name) => {
      const content = readFileSync(join(directory, name));
      return { name, content, gzippedBytes: gzipSync(content).byteLength };
    });
}
