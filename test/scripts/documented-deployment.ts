import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { startCloudflareApi } from "./cloudflare/api.ts";
import { type Ended, runProgram } from "./run-script.ts";

/**
 * A clone of its own, with what the pages say is to be added to wrangler.toml, an account at Cloudflare, and the service
 * where its domain would lead to; and a shell for what the pages tell a reader to type.
 */
export async function openDocumentedHouse({
  above,
  below,
}: {
  readonly above: string;
  readonly below: string;
}) {
  const scratch = createScratchDirectory();
  const api = await startCloudflareApi();
  const service = await standInForTheService();
  const path = join(scratch.path, "gatehouse");
  mkdirSync(path);
  linkInstallation(path, {
    parts: ["package.json", "node_modules"],
    change: (own) => `${above}\n${own}\n${below}`,
  });
  const env = {
    ...api.env,
    ...wranglerEnvironment,
    // What its own launcher starts.
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
    /** What wrangler knows the account by. */
    login: api.env,
    asked: service.asked,
    /** Runs a block in the clone; `typed` is what is pasted where a command asks for a secret. */
    type: (block: string, typed = ""): Promise<Ended> => {
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
 * Nobody is at this shell's terminal, and no domain leads anywhere: a secret is pasted from TYPED, the question for
 * AUTH_SECRET is answered by the option that stands for yes, and the service is looked for at ORIGIN.
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
    *) echo "no page runs npm run $script here" >&2; return 1 ;;
  esac
}
`;

/** What a deployed service shows of itself to anybody. */
async function standInForTheService() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = "" } = request;
    asked.push(url);
    response.setHeader("Content-Type", "application/json");
    const answers: Readonly<Record<string, object>> = {
      "/healthz": { success: true },
      "/.well-known/jwks.json": { keys: [{ kid: "a" }] },
    };
    response.writeHead(answers[url] ? 200 : 404).end(JSON.stringify(answers[url] ?? {}));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, asked, close: () => server.close() };
}
