import { readConfig } from "../src/config.ts";
import { devVarsPath, makeDevVars } from "./dev-vars.ts";
import { anyFreePort, isPortFree } from "./free-port.ts";
import { type LocalPlatform, migrate, withLocalPlatform } from "./local-platform.ts";
import { exitOf, startWrangler } from "./run-wrangler.ts";
import { type SeedOutcome, seedSuperuser } from "./seed-superuser.ts";
import { readWranglerArguments, type WranglerArguments } from "./wrangler-arguments.ts";

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
  const port = await choosePort(args.port);
  const origin = `${args.protocol}://localhost:${port}`;
  const made = makeDevVars(args);
  if (made) say(`Made ${made} with random secrets of its own.`);
  if (await migrate(args)) say("Brought the local database up to date.");
  const settled = await withLocalPlatform(args, async ({ variables, db }) => {
    const publicUrl = variables.PUBLIC_URL === undefined ? origin : undefined;
    const secrets = readSecrets({ ...variables, PUBLIC_URL: publicUrl ?? variables.PUBLIC_URL }, args);
    return { publicUrl, seed: await seedSuperuser(db, secrets) };
  });
  tellOfSuperuser(settled.seed);
  return serve(args, port, settled.publicUrl);
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
  const file = args.envFiles.at(-1) ?? devVarsPath(args);
  const problems = config.error.map(({ path, message }) => `  ${path} ${message}`).join("\n");
  const production =
    variables.ENVIRONMENT === "development" ? "" : "\n\nENVIRONMENT=development is not set there.";
  throw new Error(
    `The service would not start with these variables:\n\n${problems}${production}\n\n` +
      `Correct ${file}, or delete it: the next \`npm run dev\` makes a new .dev.vars with random secrets.`,
  );
}

function tellOfSuperuser(seed: SeedOutcome): void {
  if (seed.outcome === "made") {
    say(
      "Made a superuser. The password is shown this once, and only its hash is kept:\n\n" +
        `    ${seed.address}\n    ${seed.password}\n`,
    );
  } else if (seed.outcome === "address_taken") {
    say(`Made no superuser: an account of another role has the address ${seed.address}.`);
  }
}

async function serve(args: WranglerArguments, port: number, publicUrl: string | undefined): Promise<number> {
  const vars = publicUrl === undefined ? [] : ["--var", `PUBLIC_URL:${publicUrl}`];
  // Ours first, where no "--" of the reader's ends the options; --port last, since --var takes all that follows.
  const child = startWrangler(["dev", ...vars, "--port", String(port), ...args.others], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // A shell with NODE_ENV=production would get the production bundle, which has no mailbox.
    env: { NODE_ENV: "development" },
  });
  child.on("message", (message) => {
    if (isReady(message)) setTimeout(tellWhereThingsAre, LAST_WORD, `${args.protocol}://localhost:${port}`);
  });
  return exitOf(child);
}

/** wrangler tells its parent, in JSON, when the Worker can be reached. */
function isReady(message: unknown): boolean {
  return typeof message === "string" && message.includes('"DEV_SERVER_READY"');
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

function say(text: string): void {
  console.log(`\n  ${text}`);
}
