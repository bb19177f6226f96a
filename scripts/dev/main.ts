import { readConfig } from "../../src/composition/config.ts";
import { ensureGeneratedFiles } from "../build/ensure-generated-files.ts";
import { anyFreePort, isPortFree } from "../shared/free-port.ts";
import { type LocalPlatform, withLocalPlatform } from "../shared/local-platform.ts";
import { migrateDatabase } from "../shared/migrate-database.ts";
import { exitOf, readyPort, startWrangler } from "../shared/run-wrangler.ts";
import { unknownVariables } from "../shared/unknown-variables.ts";
import { readWranglerArguments, type WranglerArguments } from "../shared/wrangler-arguments.ts";
import { argumentsFor, ourVariables } from "./dev-variables.ts";
import { makeDevVars, variableFiles } from "./dev-vars.ts";
import { rememberOrigin } from "./last-origin.ts";
import { type NotesPlace, placeNotes, startNotes } from "./notes-example.ts";
import { type SeedOutcome, seedSuperuser } from "./seed-superuser.ts";
import { startupError } from "./startup-error.ts";
import { watchVariables } from "./watch-variables.ts";

// `npm run dev`: secrets, database, a superuser, then `wrangler dev`. Running it again changes nothing.

const DEFAULT_PORT = 8787;
// Milliseconds: wrangler is ready a moment before it has printed its last line, and ours should be seen.
const LAST_WORD = 300;

try {
  process.exitCode = await develop(process.argv.slice(2));
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

async function develop(argv: readonly string[]): Promise<number> {
  const args = readWranglerArguments(argv);
  await ensureGeneratedFiles();
  const port = await choosePort(args.port);
  const origin = `${args.protocol}://localhost:${port}`;
  const made = makeDevVars(args);
  if (made) say(`Made ${made} with random secrets of its own.`);
  const notes = await placeNotes(args, port);
  const settled = await withLocalPlatform(args, async ({ variables, db }) => {
    if (await migrateDatabase(db, args)) say("Brought the local database up to date.");
    const ours = ourVariables(variables, { origin, notes });
    for (const { says } of unknownVariables(variables)) say(`Warning: ${says}`);
    const config = readSecrets({ ...variables, ...ours }, args);
    return { ours, publicUrl: config.settings.publicUrl, seed: await seedSuperuser(db, config) };
  });
  tellOfSuperuser(settled.seed);
  if (made && settled.seed.outcome === "exists") {
    say(
      "The database is older than these secrets: its passwords and sessions are void. Delete .wrangler/ to begin anew,\n" +
        "  or bring back the earlier AUTH_SECRET.",
    );
  }
  return serve({ ...settled, args, port, origin, notes });
}

async function choosePort(asked: number | undefined): Promise<number> {
  if (asked === 0) return anyFreePort();
  const port = asked ?? DEFAULT_PORT;
  if (await isPortFree(port)) return port;
  throw new Error(
    `Port ${port} is in use. Stop what listens there, or take another: npm run dev -- --port ${port + 3}`,
  );
}

/** What the service itself would make of these variables; better said here than by a 503 for every request. */
function readSecrets(variables: LocalPlatform["variables"], args: WranglerArguments) {
  const config = readConfig(variables);
  if (config.ok) return config.value;
  throw new Error(startupError(config.error, { variables, args }));
}

function tellOfSuperuser(seed: SeedOutcome): void {
  if (seed.outcome === "exists" && seed.address !== undefined) {
    say(`Superuser: ${seed.address} (password lost? /forgot-password, then /dev/mailbox)`);
  } else if (seed.outcome === "made") {
    say(
      "Made a superuser. The password is shown this once, and only its hash is kept:\n\n" +
        `    ${seed.address}\n    ${seed.password}\n`,
    );
  } else if (seed.outcome === "address_taken") {
    say(`Made no superuser: an account of another role has the address ${seed.address}.`);
  }
}

type Serving = {
  readonly args: WranglerArguments;
  readonly port: number;
  readonly origin: string;
  readonly publicUrl: string;
  /** Variables that the files of this machine leave to us. */
  readonly ours: Readonly<Record<string, string>>;
  readonly notes: NotesPlace | null;
};

async function serve({ args, port, origin, publicUrl, ours, notes }: Serving): Promise<number> {
  const child = startWrangler(["dev", ...argumentsFor(args, port, ours)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // A shell with NODE_ENV=production would get the production bundle, which has no mailbox.
    env: { NODE_ENV: "development" },
  });
  const ending = new AbortController();
  const example = notes && startNotes(notes, args, { serviceOrigin: publicUrl, signal: ending.signal });
  const ready = new Promise<void>((resolve) => {
    child.on("message", (message) => readyPort(message) !== null && setTimeout(resolve, LAST_WORD));
  });
  ready.then(() => tellWhereThingsAre(origin));
  // Commands that print links find it there.
  ready.then(() => rememberOrigin(args, publicUrl));
  const stopWatching = watchVariables(variableFiles(args), (file) =>
    say(`${file} has changed. What runs goes on with what it was: stop it (Ctrl-C), and start anew.`),
  );
  if (notes) Promise.all([example, ready]).then(([isUp]) => isUp && tellOfExample(notes.origin));
  try {
    return await exitOf(child);
  } finally {
    // Whatever ended the service; the example would keep this process, and the terminal.
    ending.abort();
    stopWatching();
  }
}

function tellWhereThingsAre(origin: string): void {
  say(
    "Gatehouse is ready.\n\n" +
      `    Pages     ${origin}\n` +
      `    API       ${origin}/api/auth\n` +
      `    Mailbox   ${origin}/dev/mailbox\n` +
      `    Docs      ${origin}/docs\n`,
  );
}

function tellOfExample(origin: string): void {
  console.log(`    Example   ${origin}   (examples/notes, a Worker that asks this one)\n`);
}

function say(text: string): void {
  console.log(`\n  ${text}`);
}
