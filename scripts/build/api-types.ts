import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomically } from "./write-atomically.ts";

const DOCUMENT = fileURLToPath(new URL("../../public/openapi.json", import.meta.url));
const GENERATOR = fileURLToPath(new URL("./api-types/package.json", import.meta.url));
const TARGET = fileURLToPath(new URL("../../src/client/api-types.ts", import.meta.url));

/** Writes src/client/api-types.ts when it is missing, or when public/openapi.json or the generator changed. */
export async function ensureApiTypes(): Promise<void> {
  const document = readFileSync(DOCUMENT, "utf8");
  const hash = createHash("sha256").update(document).update(readFileSync(GENERATOR)).digest("hex");
  const header = `// Generated from public/openapi.json (docs/api.md). Inputs: ${hash.slice(0, 16)}\n`;
  if (existsSync(TARGET) && readFileSync(TARGET, "utf8").startsWith(header)) return;
  // Imported only now: the generator loads a whole TypeScript.
  const { generateTypes } = await import("./api-types/generate.ts");
  writeAtomically(TARGET, `${header}\n${await generateTypes(JSON.parse(document))}`);
}
