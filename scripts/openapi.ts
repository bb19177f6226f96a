import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { build } from "esbuild";
import { generateTypes } from "./api-types/generate.ts";

// `npm run openapi`: writes what the router says of itself as public/openapi.json (docs/decisions/015), and the
// types of a client of it. With --check it writes nothing, and fails when a committed file says something else.

const document = await readRouter();
await validate(document);
const files = {
  "public/openapi.json": `${JSON.stringify(document, null, 2)}\n`,
  "src/client/api-types.ts": await generateTypes(document),
};
for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`Wrote ${path}.`);
  } else if (existsSync(path) && readFileSync(path, "utf8") === text) {
    console.log(`${path} is what the router says.`);
  } else {
    console.error(`${path} is not what the router says any more: run \`npm run openapi\` and commit it.`);
    process.exitCode = 1;
  }
}

/** By the schema that the OpenAPI Initiative publishes for 3.1. */
async function validate(made: object): Promise<void> {
  const { valid, errors } = await new Validator().validate(structuredClone(made) as never);
  if (valid) return;
  throw new Error(`The document is not valid OpenAPI 3.1:\n${JSON.stringify(errors, null, 2)}`);
}

/** Runs the app's own modules, which Node cannot import as they are: they are JSX too. */
async function readRouter(): Promise<object> {
  const { outputFiles } = await build({
    entryPoints: ["scripts/openapi/from-router.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    // As it is deployed.
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const [bundle] = outputFiles;
  const { document } = await import(`data:text/javascript,${encodeURIComponent(bundle?.text ?? "")}`);
  return document;
}
