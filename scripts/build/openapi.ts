import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { build } from "esbuild";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { ensureApiTypes } from "./api-types.ts";
import { writeAtomically } from "./write-atomically.ts";

// `npm run openapi`: writes the OpenAPI document of the router to public/openapi.json (docs/decisions/015), and
// the client's types from it. With --check it writes nothing, and fails when the committed document differs.

const PATH = "public/openapi.json";

const document = await readRouter();
await validate(document);
const text = `${JSON.stringify(document, null, 2)}\n`;

if (existsSync(PATH) && readFileSync(PATH, "utf8") === text) {
  console.log(`${PATH} describes the router.`);
} else if (process.argv.includes("--check")) {
  console.error(`${PATH} does not describe the router. Run \`npm run openapi\` and commit it.`);
  process.exitCode = 1;
} else {
  writeAtomically(PATH, text);
  await ensureApiTypes();
  console.log(`Wrote ${PATH}.`);
}

/** Validates against the schema that the OpenAPI Initiative publishes for 3.1. */
async function validate(document: object): Promise<void> {
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
  if (valid) return;
  throw new Error(`The document is not valid OpenAPI 3.1:\n${JSON.stringify(errors, null, 2)}`);
}

/** Bundles and runs the app's modules: Node cannot import their JSX. */
async function readRouter(): Promise<object> {
  const scratch = createScratchDirectory();
  const outfile = join(scratch.path, "from-router.mjs");
  // Stack traces then name the lines of the sources.
  process.setSourceMapsEnabled(true);
  await build({
    entryPoints: ["scripts/build/openapi/from-router.ts"],
    bundle: true,
    outfile,
    sourcemap: "inline",
    format: "esm",
    platform: "node",
    define: { "process.env.NODE_ENV": '"development"' },
  });
  try {
    const { document } = await import(pathToFileURL(outfile).href);
    return document;
  } finally {
    scratch.remove();
  }
}
