import type { Command } from "commander";
import {
  addServiceOptions,
  createProgram,
  type ServiceOptions,
  serviceOptionsOf,
  wholeNumber,
} from "./command-line.ts";

/** The options of `npm run dev`. The script passes unknown ones on to `wrangler dev`. */
export type DevOptions = ServiceOptions & {
  /** 0 asks for any free port. */
  readonly port?: number;
  readonly localProtocol?: string;
  /** The `--var NAME:value` pairs. They override every file. */
  readonly vars: Readonly<Record<string, string>>;
  /** False with `--no-notes`: the example does not start. */
  readonly withNotes: boolean;
  /** Arguments and unknown options, for wrangler. */
  readonly rest: readonly string[];
};

/** Throws a CommandError for a malformed option. For help, prints it and throws a CommanderError. */
export function readDevOptions(argv: readonly string[]): DevOptions {
  const program = addServiceOptions(createProgram("npm run dev --")).description(
    "Run the service on this machine, with a local database and mailbox and an example app.",
  );
  program
    .option("--port <number>", "its port; 0 for any free one (default: 8787)", wholeNumber(0, 65_535))
    .option("--local-protocol <protocol>", "http or https (default: http)")
    .option("--no-notes", "do not start the example app, which takes the next free port")
    .addHelpText("after", "\nOther options go to `wrangler dev`: npx wrangler dev --help");
  const { vars, rest } = parseWithRest(program, argv);
  const { port, localProtocol, notes: withNotes } = program.opts();
  return { ...serviceOptionsOf(program), port, localProtocol, withNotes, vars, rest };
}

/** The origin of a Worker that `wrangler dev` serves at `port`. */
export const localOrigin = ({ localProtocol = "http" }: DevOptions, port: number): string =>
  `${localProtocol}://localhost:${port}`;

/** Parses the program's options and `--var`; `rest` has the arguments and the unknown options. */
export function parseWithRest(program: Command, argv: readonly string[]) {
  program
    .option("--var <NAME:value...>", "a variable of this run; it overrides the configuration")
    .allowUnknownOption()
    .allowExcessArguments()
    .parse(argv, { from: "user" });
  const pairs: readonly string[] = program.opts().var ?? [];
  return {
    vars: Object.fromEntries(pairs.map(splitPair)) as Readonly<Record<string, string>>,
    rest: program.args as readonly string[],
  };
}

function splitPair(pair: string): [string, string] {
  const colon = pair.indexOf(":");
  return colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

/** Writes options as arguments for wrangler: `{ env: "a", "dry-run": true }` becomes `--env a --dry-run`. */
export const toArguments = (
  options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>,
): readonly string[] =>
  Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().flatMap((one) => [`--${name}`, one]);
  });

export const toPairs = (vars: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(vars).map(([name, value]) => `${name}:${value}`);
