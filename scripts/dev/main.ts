import { CommanderError } from "commander";
import { readConfig } from "../../src/composition/config.ts";
import { ensureGeneratedFiles } from "../build/ensure-generated-files.ts";
import { findFreePort, isPortFree } from "../shared/free-port.ts";
import { type LocalPlatform, withLocalPlatform } from "../shared/local-platform.ts";
import { migrateDatabase } from "../shared/migrate-database.ts";
import { exitOf, readyPort, startWrangler } from "../shared/run-wrangler.ts";
import { unknownVariables } from "../shared/unknown-variables.ts";
import { type DevOptions, localOrigin, readDevOptions } from "../shared/wrangler-options.ts";
import { createDevVars, variableFiles } from "./dev-vars.ts";
import { rememberOrigin } from "./last-origin.ts";
import { chooseExampleAddress, type ExampleAddress, startExample } from "./notes-example.ts";
import { findRunningWorker, runningWorkerWarning } from "./running-worker.ts";
import { seedClients } from "./seed-clients.ts";
import { type SeedOutcome, seedSuperuser } from "./seed-superuser.ts";
import { startupError } from "./startup-error.ts";
import { watchVariables } from "./watch-variables.ts";
import { devVariables, wranglerDevArguments } from "./wrangler-dev-arguments.ts";

// `npm run dev`: creates secrets, database and superuser where they are missing, then runs `wrangler dev`.

const DEFAULT_PORT = 8787;
/** wrangler reports that it is ready shortly before it prints its last line. */
const PRINT_DELAY_MS = 300;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  console.error(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const options = readDevOptions(argv);
  await ensureGeneratedFiles();
  const port = await choosePort(options.port);
  const origin = localOrigin(options, port);
  const createdFile = createDevVars(options);
  if (createdFile) print(`Created ${createdFile} with random secrets.`);
  const running = await findRunningWorker(options);
  if (running !== null) print(runningWorkerWarning(running));
  const example = await chooseExampleAddress(options, port);
  const prepared = await withLocalPlatform(options, async ({ variables, db, kv }) => {
    if (await migrateDatabase(db, options)) print("Migrated the local database.");
    const ours = devVariables(variables, { origin, example });
    for (const { message } of unknownVariables(variables)) print(`Warning: ${message}`);
    const config = validate({ ...variables, ...ours }, options);
    const clients = await seedClients({ variables: { ...variables, ...ours }, db, kv }, { options, example });
    if (clients !== null) print(clients.replaceAll("\n", "\n  "));
    return { ours, publicUrl: config.settings.publicUrl, seed: await seedSuperuser(db, config) };
  });
  printSuperuser(prepared.seed);
  if (createdFile && prepared.seed.outcome === "exists") {
    print(
      "The database is older than these secrets, so its passwords and sessions are invalid. Delete .wrangler/ for a new\n" +
        "  database, or restore the earlier AUTH_SECRET.",
    );
  }
  return serve({ ...prepared, options, port, origin, example });
}

async function choosePort(requested: number | undefined): Promise<number> {
  if (requested === 0) return findFreePort();
  const port = requested ?? DEFAULT_PORT;
  if (await isPortFree(port)) return port;
  throw new Error(
    `Port ${port}, which the service needs, is in use. Stop the process that uses it, or choose another port:\n` +
      `npm run dev -- --port ${port + 3}`,
  );
}

/** Validates the variables as the service does, which would respond to every request with 503. */
function validate(variables: LocalPlatform["variables"], options: DevOptions) {
  const config = readConfig(variables);
  if (config.ok) return config.value;
  throw new Error(startupError(config.error, { variables, options }));
}

function printSuperuser(seed: SeedOutcome): void {
  if (seed.outcome === "exists" && seed.address !== undefined) {
    print(`Superuser: ${seed.address} (password lost? /forgot-password, then /dev/mailbox)`);
  } else if (seed.outcome === "created") {
    print(
      "Created a superuser. The password is shown only once; the database has only its hash:\n\n" +
        `    ${seed.address}\n    ${seed.password}\n`,
    );
  } else if (seed.outcome === "address_taken") {
    print(`Created no superuser: an account with another role has the address ${seed.address}.`);
  }
}

type Serving = {
  readonly options: DevOptions;
  readonly port: number;
  readonly origin: string;
  readonly publicUrl: string;
  /** The variables that this script sets. */
  readonly ours: Readonly<Record<string, string>>;
  readonly example: ExampleAddress | null;
};

async function serve({ options, port, origin, publicUrl, ours, example }: Serving): Promise<number> {
  const child = startWrangler(["dev", ...wranglerDevArguments(options, port, ours)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // NODE_ENV=production in the shell would build the production bundle, which has no mailbox.
    env: { NODE_ENV: "development" },
  });
  const abort = new AbortController();
  const exampleReady =
    example && startExample(example, options, { serviceOrigin: publicUrl, signal: abort.signal });
  const ready = new Promise<void>((resolve) => {
    child.on("message", (message) => readyPort(message) !== null && setTimeout(resolve, PRINT_DELAY_MS));
  });
  ready.then(() => printAddresses(origin));
  // Other commands print links with this origin.
  ready.then(() => rememberOrigin(options, publicUrl));
  const stopWatching = watchVariables(variableFiles(options), (file) =>
    print(`${file} changed. Restart \`npm run dev\` to apply it.`),
  );
  if (example) Promise.all([exampleReady, ready]).then(([isUp]) => isUp && printExample(example.origin));
  try {
    return await exitOf(child);
  } finally {
    // The example would keep this process running.
    abort.abort();
    stopWatching();
  }
}

function printAddresses(origin: string): void {
  print(
    "Gatehouse is ready.\n\n" +
      `    Pages     ${origin}\n` +
      `    API       ${origin}/api/auth\n` +
      `    Mailbox   ${origin}/dev/mailbox\n` +
      `    Docs      ${origin}/docs\n`,
  );
}

function printExample(origin: string): void {
  console.log(`    Example   ${origin}   (examples/notes, a Worker that uses this service)\n`);
}

function print(text: string): void {
  console.log(`\n  ${text}`);
}
