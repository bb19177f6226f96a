import { CommanderError } from "commander";
import { CommandError } from "../scripts/shared/command-error.ts";
import { readFloorOptions } from "./floor/command-line.ts";
import { formatVerdicts, judge, type Operation, type Round, type Verdict } from "./floor/comparisons.ts";
import { measureRate, type Target } from "./floor/load.ts";
import { startWorkers, type Workers } from "./floor/workers.ts";

// `npm run bench:floor`: requests a second of the production bundle, as a ratio to those of a floor that does the same
// work. The figures differ between machines; the ratios hardly do. Fails when a required ratio is missed (docs/scaling.md).

const CONNECTIONS = 16;
/** Milliseconds of load on each Worker before its first round. */
const WARM_UP_MS = 1000;

// Miniflare may leave a connection open, which would keep the process running.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    const verdicts = await measure(args);
    console.log(formatVerdicts(verdicts));
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(error instanceof CommandError ? error.message : error);
    return 1;
  }
}

async function measure(args: readonly string[]): Promise<Verdict[]> {
  const options = readFloorOptions(args);
  const workers = await startWorkers(CONNECTIONS);
  try {
    const targets = targetsOf(workers);
    const verdicts: Verdict[] = [];
    for (const operation of options.operations) {
      const { service, floor } = targets[operation];
      const ms = operation === "sign-in" ? options.hashingMs : options.ms;
      for (const target of [service, floor]) await measureRate(target, WARM_UP_MS);
      const rounds: Round[] = [];
      for (let round = 0; round < options.rounds; round += 1) {
        rounds.push({ service: await measureRate(service, ms), floor: await measureRate(floor, ms) });
      }
      verdicts.push(judge(operation, rounds));
    }
    return verdicts;
  } finally {
    await workers.close();
  }
}

/** What each operation and its floor are sent. */
function targetsOf(
  workers: Workers,
): Record<Operation, { readonly service: Target; readonly floor: Target }> {
  const { service, floor, driver, users } = workers;
  const tokens = users.map(({ token }) => ({ token }));
  const signIns = users.map(({ credentials }) => ({ body: credentials }));
  const nothing = users.map(() => ({}));
  const get = (origin: URL, path: string, requests: Target["requests"]): Target => ({
    origin,
    method: "GET",
    path,
    requests,
  });
  const empty = get(floor, "/empty", nothing);
  return {
    "GET /me": { service: get(service, "/api/auth/me", tokens), floor: get(floor, "/me", tokens) },
    "GET /healthz": { service: get(service, "/healthz", nothing), floor: empty },
    JWKS: { service: get(service, "/.well-known/jwks.json", nothing), floor: empty },
    "RPC, fast": { service: get(driver, "/gatehouse", tokens), floor: get(driver, "/floor", tokens) },
    "sign-in": {
      service: { origin: service, method: "POST", path: "/api/auth/login", requests: signIns },
      floor: { origin: floor, method: "POST", path: "/hash", requests: signIns },
    },
  };
}
