import { readFileSync } from "node:fs";
import { buildProductionBundle, uploadedModules } from "../build/production-bundle.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";

// `npm run size`: checks the size of the production bundle, and that it does not contain the development mailbox.

const LIMIT = 400 * 1024; // gzipped: docs/decisions/012
const MAILBOX_PATH = "/dev/mailbox";

const scratch = createScratchDirectory();
try {
  await buildProductionBundle(scratch.path);
  const modules = uploadedModules(scratch.path);
  const total = modules.reduce((sum, { gzippedBytes }) => sum + gzippedBytes, 0);
  for (const { name, gzippedBytes } of modules) console.log(`${kibibytes(gzippedBytes)}  ${name}`);
  console.log(`${kibibytes(total)}  total, gzipped; the limit is ${kibibytes(LIMIT).trim()}`);
  if (total >= LIMIT) fail("The production bundle is too large.");
  // A renamed path would make the check below pass without effect.
  if (!readFileSync("src/messaging/dev-mailbox/routes.tsx", "utf8").includes(MAILBOX_PATH)) {
    fail(
      `src/messaging/dev-mailbox/routes.tsx no longer serves ${MAILBOX_PATH}: correct MAILBOX_PATH in scripts/check/bundle-size.ts.`,
    );
  }
  for (const { name, content } of modules) {
    if (content.includes(MAILBOX_PATH))
      fail(`${name} contains ${MAILBOX_PATH}: the bundle has the development mailbox.`);
  }
} finally {
  scratch.remove();
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
}

function fail(reason: string): void {
  console.error(`\n${reason}`);
  process.exitCode = 1;
}
