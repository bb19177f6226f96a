import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { build } from "esbuild";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { generateTypes } from "./api-types/generate.ts";

// `npm run openapi`: writes what the router says of itself as public/openapi.json (docs/decisions/015), and what is
// made of that: the pages of /docs, and the types of a client. With --check it writes nothing, and fails when a
// committed file says something else.

const PAGES = "public/docs/operations";

const { document, pages } = await readRouter();
await validate(document);
const wanted = new Map([
  ["public/openapi.json", `${JSON.stringify(document, null, 2)}\n`],
  ["src/client/api-types.ts", await generateTypes(document)],
  ...Object.entries(pages).map(([name, html]) => [join(PAGES, `${name}.html`), html] as const),
]);
mkdirSync(PAGES, { recursive: true });
const stale = [
  ...[...wanted].filter(([path, text]) => readIfThere(path) !== text).map(([path]) => path),
  ...readdirSync(PAGES)
    .map((name) => join(PAGES, name))
    .filter((path) => !wanted.has(path)),
];

if (stale.length === 0) {
  console.log(`${wanted.size} files are what the router says.`);
} else if (process.argv.includes("--check")) {
  console.error(
    `Not what the router says any more:\n  ${stale.join("\n  ")}\nRun \`npm run openapi\` and commit it.`,
  );
  process.exitCode = 1;
} else {
  for (const path of stale) {
    const text = wanted.get(path);
    if (text === undefined) rmSync(path);
    else write(path, text);
  }
  console.log(`Wrote:\n  ${stale.join("\n  ")}`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** By the schema that the OpenAPI Initiative publishes for 3.1. */
async function validate(made: object): Promise<void> {
  const { valid, errors } = await new Validator().validate(structuredClone(made) as never);
  if (valid) return;
  throw new Error(`The document is not valid OpenAPI 3.1:\n${JSON.stringify(errors, null, 2)}`);
}

type OfRouter = { readonly document: object; readonly pages: Readonly<Record<string, string>> };

/** Runs the app's own modules, which Node cannot import as they are: they are JSX too. */
async function readRouter(): Promise<OfRouter> {
  const scratch = createScratchDirectory();
  const outfile = join(scratch.path, "from-router.mjs");
  // A stack trace then names the lines of the sources.
  process.setSourceMapsEnabled(true);
  await build({
    entryPoints: ["scripts/build/openapi/from-router.ts"],
    bundle: true,
    outfile,
    sourcemap: "inline",
    format: "esm",
    platform: "node",
    // Where routes say what they are for; what is deployed leaves it out.
    define: { "process.env.NODE_ENV": '"development"' },
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    scratch.remove();
  }
}
