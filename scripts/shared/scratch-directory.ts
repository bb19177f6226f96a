import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type ScratchDirectory = { readonly path: string; remove(): void };

/** Creates a temporary directory outside of the repository. */
export function createScratchDirectory(): ScratchDirectory {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
