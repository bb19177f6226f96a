import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runWrangler } from "../shared/run-wrangler.ts";
import { ensureGeneratedFiles } from "./ensure-generated-files.ts";

/** Writes to `directory` what `wrangler deploy` would upload, and uploads nothing. */
export async function buildProductionBundle(directory: string): Promise<void> {
  await ensureGeneratedFiles();
  const { code, output } = await runWrangler(["deploy", "--dry-run", "--outdir", directory], {
    NODE_ENV: "production",
  });
  if (code !== 0) throw new Error(`The production bundle could not be built.\n\n${output.trim()}`);
}

export type UploadedModule = {
  readonly name: string;
  readonly content: Buffer;
  readonly gzippedBytes: number;
};

/** The modules of a built bundle. Source maps are stored beside the Worker, and do not count in its size. */
export function uploadedModules(directory: string): readonly UploadedModule[] {
  return readdirSync(directory)
    .filter((name) => name !== "README.md" && !name.endsWith(".map"))
    .map((name) => {
      const content = readFileSync(join(directory, name));
      return { name, content, gzippedBytes: gzipSync(content).byteLength };
    });
}
