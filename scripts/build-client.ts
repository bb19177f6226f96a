import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

// `npm run build`: what consumers import, with its types, into dist/client. The service itself is wrangler's to bundle.

rmSync("dist/client", { recursive: true, force: true });
const { status } = spawnSync("tsc -p tsconfig.client.json", { stdio: "inherit", shell: true });
process.exitCode = status ?? 1;
