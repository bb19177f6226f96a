import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";

// `npm run openapi`: writes public/openapi.json, which is what the router says of itself (docs/decisions/015).
// With --check it writes nothing, and fails when the committed file says something else.

const COMMITTED = "public/openapi.json";

const text = `${JSON.stringify(await readRouter(), null, 2)}\n`;
if (!process.argv.includes("--check")) {
  mkdirSync(dirname(COMMITTED), { recursive: true });
  writeFileSync(COMMITTED, text);
  console.log(`Wrote ${COMMITTED}.`);
} else if (existsSync(COMMITTED) && readFileSync(COMMITTED, "utf8") === text) {
  console.log(`${COMMITTED} is what the router says.`);
} else {
  console.error(`${COMMITTED} is not what the router says any more: run \`npm run openapi\` and commit it.`);
  process.exitCode = 1;
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
