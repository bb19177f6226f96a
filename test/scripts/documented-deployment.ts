import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { startCloudflareApi } from "./cloudflare/api.ts";
import { type Exit, runProgram } from "./run-script.ts";

/**
 * Creates an installation with the documented additions to wrangler.toml, a fake Cloudflare account, and a fake of the
 * deployed service. `type` runs a documented shell block in it.
 */
export async function createDocumentedDeployment({
  above,
  below,
}: {
  readonly above: string;
  readonly below: string;
}) {
  const scratch = createScratchDirectory();
  const api = await startCloudflareApi();
  const service = await startFakeService();
  const path = join(scratch.path, "gatehouse");
  mkdirSync(path);
  linkInstallation(path, {
    parts: ["package.json", "node_modules"],
    change: (config) => `${above}\n${config}\n${below}`,
  });
  const env = {
    ...api.env,
    ...wranglerEnvironment,
    // wrangler's CLI without its launcher.
    WRANGLER: createRequire(import.meta.url).resolve("wrangler"),
    ORIGIN: service.origin,
    REPOSITORY: resolve("."),
    NODE_ENV: "",
    CI: "true",
    XDG_CONFIG_HOME: scratch.path,
  };
  return {
    path,
    account: api.account,
    /** The variables with wrangler's login. */
    login: api.env,
    requests: service.requests,
    /** Runs a shell block; `typed` is the input where a command asks for a secret. */
    type: (block: string, typed = ""): Promise<Exit> => {
      const script = SHELL + block.replaceAll("https://auth.example.com", service.origin);
      return runProgram("bash", ["-c", script], { ...env, TYPED: typed }, path);
    },
    close() {
      api.close();
      service.close();
      scratch.remove();
    },
  };
}

/**
 * This shell has no terminal, and no domain leads to the service. So secrets come from TYPED, --make-secret confirms
 * AUTH_SECRET, and the health check requests ORIGIN. A machine without curl or openssl runs the same in Node.
 */
const SHELL = `set -euo pipefail
npx() {
  shift
  if [ "$1 $2" = "secret put" ]; then node --no-warnings "$WRANGLER" "$@" <<< "$TYPED"
  else node --no-warnings "$WRANGLER" "$@" < /dev/null; fi
}
npm() {
  local script=$2; shift 2; [ "\${1:-}" != "--" ] || shift
  case $script in
    deploy) node "$REPOSITORY/scripts/deploy/main.ts" --make-secret --health-url "$ORIGIN" "$@" ;;
    *) echo "the test supports no npm run $script" >&2; return 1 ;;
  esac
}
command -v curl > /dev/null || curl() {
  node --eval 'fetch(process.argv.at(-1)).then((answer) => answer.text()).then(console.log)' -- "$@"
}
command -v openssl > /dev/null || openssl() {
  [ "$*" = "rand -base64 48" ] && node --print 'crypto.randomBytes(48).toString("base64")'
}
`;

/** The public endpoints of a deployed service. */
async function startFakeService() {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { url = "" } = request;
    requests.push(url);
    response.setHeader("Content-Type", "application/json");
    const responses: Readonly<Record<string, object>> = {
      "/healthz": { success: true },
      "/.well-known/jwks.json": { keys: [{ kid: "a" }] },
    };
    response.writeHead(responses[url] ? 200 : 404).end(JSON.stringify(responses[url] ?? {}));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, requests, close: () => server.close() };
}
