import { Command, type CommanderError, InvalidArgumentError } from "commander";
import { CommandError } from "./command-error.ts";
import { printableLines } from "./printable.ts";

/**
 * A commander program that throws instead of ending the process. A usage error becomes a CommandError. For help,
 * commander prints the text and throws a CommanderError with the exit code.
 */
export function createProgram(name: string): Command {
  return new Command(name)
    .configureOutput({ outputError: () => {} })
    .exitOverride((error: CommanderError) => {
      if (error.code.startsWith("commander.help")) throw error;
      // The message repeats typed text, which may hold control characters.
      throw new CommandError(`${printableLines(error.message)}\n\n  ${name} --help`);
    });
}

/** Which configuration, and for a local service which database and secrets. */
export type ServiceOptions = {
  readonly config?: string;
  readonly env?: string;
  /** Files of variables that replace .dev.vars. */
  readonly envFiles: readonly string[];
  readonly persistTo?: string;
};

export function addServiceOptions(command: Command): Command {
  return command
    .option("-c, --config <file>", "wrangler's configuration (default: wrangler.toml)")
    .option("-e, --env <name>", "an environment of the configuration")
    .option(
      "--env-file <file>",
      "a file of variables that replaces .dev.vars",
      (file: string, files: readonly string[] = []) => [...files, file],
    )
    .option("--persist-to <dir>", "the local state (default: .wrangler/state)");
}

/** Reads the options of `addServiceOptions`. */
export function serviceOptionsOf(command: Command): ServiceOptions {
  const { config, env, envFile = [], persistTo } = command.opts();
  return { config, env, envFiles: envFile, persistTo };
}

/** An option parser for whole numbers. */
export const wholeNumber =
  (from: number, to: number) =>
  (value: string): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= from && number <= to) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
  };
