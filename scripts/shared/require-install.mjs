// Loaded ahead of `npm run dev` (--import). Plain JavaScript for whatever Node the machine has: before
// `npm install` that may be one which cannot run TypeScript, and would say so in words that help nobody.
import { existsSync } from "node:fs";

const installed = existsSync(new URL("../../node_modules/wrangler/package.json", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (!installed) {
  stop("The packages are not installed yet. Run `npm install` first.");
} else if (major < 22 || (major === 22 && minor < 18)) {
  stop(
    `This is Node ${process.versions.node}; the scripts need 22.18. \`npm install\` brings Node 24: start them by npm.`,
  );
}

function stop(reason) {
  console.error(`\n${reason}\n`);
  process.exit(1);
}
