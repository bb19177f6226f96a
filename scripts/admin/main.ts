import { formatError } from "../shared/format-error.ts";
import { type Call, readCommandLine } from "./command-line.ts";
import { help, helpOn } from "./commands.ts";
import { readSecret } from "./deployment-secret.ts";
import { printableLines } from "./printable.ts";
import { needsSecret, runCommand } from "./run-command.ts";
import { withPlatform } from "./with-platform.ts";

// `npm run admin -- <command>`: what an operator does to people, with the database itself in hand, by the
// service's own verbs and storage. `help` lists the commands.

// workerd's words come through the console, traces and all. What they are about comes back as an error too.
for (const level of ["debug", "log", "info", "warn", "error"] as const) console[level] = () => undefined;

// wrangler may leave a connection open, which would keep the process.
process.exit(await administer(process.argv.slice(2)));

async function administer(argv: readonly string[]): Promise<number> {
  try {
    await write(process.stdout, await answer(readCommandLine(argv)));
    return 0;
  } catch (error) {
    await write(process.stderr, formatError(error, argv.includes("--remote")));
    return 1;
  }
}

function answer(read: ReturnType<typeof readCommandLine>): Promise<string> | string {
  if ("helpOn" in read) return read.helpOn === null ? help() : helpOn(read.helpOn);
  refuseWithoutSecret(read);
  return withPlatform(read.where, (platform) => runCommand(platform, read));
}

/** Before a connection that takes seconds. */
function refuseWithoutSecret({ command, where }: Call): void {
  if (where.isRemote && needsSecret(command)) readSecret({ isRemote: true, variables: process.env });
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(`${printableLines(text)}\n`, () => resolve());
  });
}
