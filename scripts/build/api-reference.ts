import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomically } from "./write-atomically.ts";

// `npm run build:docs`: copies Scalar's browser bundle, the API reference of /docs, to public/docs.

const PACKAGE = fileURLToPath(new URL("../../node_modules/@scalar/api-reference", import.meta.url));
const TARGET = fileURLToPath(new URL("../../public/docs/scalar.js", import.meta.url));

/** Otherwise zod tries whether it may compile code, which the policy of /docs blocks and the browser reports. */
const ZOD_WITHOUT_EVAL = "globalThis.__zod_globalConfig = { jitless: true };";

/** Writes public/docs/scalar.js when it is missing or of another version than the installed package. */
export function ensureApiReference(): void {
  const { version, license, homepage } = JSON.parse(readFileSync(`${PACKAGE}/package.json`, "utf8"));
  const banner = `/*! @scalar/api-reference ${version} | ${license} | ${homepage} */\n${ZOD_WITHOUT_EVAL}\n`;
  if (existsSync(TARGET) && readFileSync(TARGET, "utf8").startsWith(banner)) return;
  const bundle = readFileSync(`${PACKAGE}/dist/browser/standalone.js`, "utf8");
  // The source map is not served.
  writeAtomically(TARGET, banner + bundle.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, "\n"));
}

if (import.meta.main) ensureApiReference();
