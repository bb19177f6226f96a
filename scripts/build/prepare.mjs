// npm's `prepare`: after `npm install` in a clone, an editor finds the generated files. Plain JavaScript, for any
// Node. Does nothing without the development packages or a Node that runs TypeScript; every command that needs
// the files writes them too.
import { existsSync } from "node:fs";

const isInstalled = (path) => existsSync(new URL(`../../${path}/package.json`, import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);

if (
  runsTypeScript &&
  isInstalled("node_modules/@scalar/api-reference") &&
  isInstalled("node_modules/@simplewebauthn/browser") &&
  isInstalled("node_modules/disposable-email-domains-js") &&
  isInstalled("scripts/build/api-types/node_modules/openapi-typescript")
) {
  const { ensureGeneratedFiles } = await import("./ensure-generated-files.ts");
  await ensureGeneratedFiles();
}
