import { CommanderError } from "commander";
import { formatError } from "../shared/format-error.ts";
import { printableLines } from "../shared/printable.ts";
import { type AdminCall, readCommandLine } from "./command-line.ts";
import { readSecret } from "./deployment-secret.ts";
import { withPlatform } from "./open-platform.ts";
import { needsSecret, runCommand } from "./run-command.ts";

// `npm run admin -- <command>`: an operator's commands on the database, through the service's own use cases and stores.
// `help` lists the commands.

// workerd logs errors with stacks to the console. The same errors are thrown too.
for (const level of ["debug", "log", "info", "warn", "error"] as const) console[level] = () => undefined;

// wrangler may leave a connection open, which would keep the process running.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const call = readCommandLine(argv);
    requireSecret(call);
    await write(process.stdout, await withPlatform(call.database, (platform) => runCommand(platform, call)));
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    await write(process.stderr, formatError(error, argv.includes("--remote")));
    return 1;
  }
}

/** Fails early: the remote connection takes seconds. */
function requireSecret({ command, database }: AdminCall): void {
  if (database.isRemote && needsSecret(command)) readSecret({ isRemote: true, variables: process.env });
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(`${printableLines(text)}\n`, () => resolve());
  });
}
