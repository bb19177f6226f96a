import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { writeAtomically } from "./write-atomically.ts";

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

const ENTRY = path("src/authentication/passkeys/browser/main.ts");
const TARGET = path("public/pages/passkeys.js");

/** Bundles the script of the pages with passkeys to public/pages/passkeys.js, where that is missing or stale. */
export function ensurePasskeyScript(): void {
  const text = bundlePasskeyScript();
  if (!existsSync(TARGET) || readFileSync(TARGET, "utf8") !== text) writeAtomically(TARGET, text);
}

/** The bundle. The same sources and packages give the same text. */
export function bundlePasskeyScript(): string {
  const { outputFiles } = buildSync({
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    banner: { js: "/*! @simplewebauthn/browser | MIT | https://simplewebauthn.dev */" },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
