// Preloaded by the scripts of package.json (--import). Plain JavaScript: before `npm install`, the machine's Node may be
// too old to run TypeScript, and its error would not say so.
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
