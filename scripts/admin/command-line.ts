import { parseArgs } from "node:util";
import { Complaint } from "../dev/usage-error.ts";
import { suggest } from "../shared/suggest.ts";
import { type CommandName, commands, isCommand, shapeOf, usageOf } from "./commands.ts";
import { printable } from "./printable.ts";

/** Which database is meant, in the words of `npm run dev`. */
export type Where = {
  readonly isRemote: boolean;
  readonly persistTo: string | undefined;
  readonly config: string | undefined;
  readonly env: string | undefined;
  readonly envFiles: readonly string[];
};

export type Call = {
  readonly command: CommandName;
  readonly args: readonly string[];
  /** The command's own options; a flag that was given is true. */
  readonly options: Readonly<Record<string, string | true | undefined>>;
  readonly where: Where;
};

const whereOptions = {
  remote: { type: "boolean" },
  "persist-to": { type: "string" },
  config: { type: "string", short: "c" },
  env: { type: "string", short: "e" },
  "env-file": { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

/** What is asked for, or the command that help is wanted on. Throws a Complaint about anything else. */
export function readCommandLine(argv: readonly string[]): Call | { readonly helpOn: CommandName | null } {
  const [named = "help", ...rest] = argv;
  if (["help", "--help", "-h"].includes(named)) {
    const [about] = rest;
    if (about !== undefined && !isCommand(about)) throw unknownCommand(about);
    return { helpOn: about ?? null };
  }
  if (named.startsWith("-")) throw new Complaint("The command comes first.\n\n  npm run admin -- help");
  if (!isCommand(named)) throw unknownCommand(named);
  const { values, positionals } = parse(named, rest);
  if (values.help) return { helpOn: named };
  const { takes } = shapeOf(named);
  if (positionals.length !== takes.length) throw misused(named, countProblem(positionals, takes));
  return { command: named, args: positionals, options: ownOptions(named, values), where: whereOf(values) };
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parse(command: CommandName, args: string[]): { values: Values; positionals: string[] } {
  const own = Object.entries(shapeOf(command).options).map(
    ([name, word]) => [name, { type: word === null ? "boolean" : "string" }] as const,
  );
  const options = { ...whereOptions, ...Object.fromEntries(own) };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw misused(command, optionProblem(error, Object.keys(options)));
  }
}

function optionProblem(error: unknown, known: readonly string[]): string {
  const message = error instanceof Error ? error.message : "";
  const [, typed = ""] = /Unknown option '(--?[^'\s]*)/.exec(message) ?? [];
  if (typed === "") return (message.split(/\.\s|\n/)[0] ?? "").replace(/\.$/, "");
  const guess = suggest(typed.replace(/^-+/, ""), known);
  return `It has no option ${printable(typed)}${guess ? `; did you mean --${guess}?` : ""}`;
}

const countProblem = (given: readonly string[], takes: readonly string[]): string =>
  given.length < takes.length
    ? `${takes.slice(given.length).join(" and ")} is missing`
    : `"${printable(given[takes.length] ?? "")}" is one argument too many`;

const misused = (command: CommandName, problem: string): Complaint =>
  new Complaint(`${problem.replace(/([^?])$/, "$1.")}\n\n  npm run admin -- ${usageOf(command)}`);

function unknownCommand(typed: string): Complaint {
  const guess = suggest(typed, Object.keys(commands));
  return new Complaint(
    `There is no command "${printable(typed)}".${guess ? ` Did you mean "${guess}"?` : ""}\n\n  npm run admin -- help`,
  );
}

const ownOptions = (command: CommandName, values: Values): Call["options"] =>
  Object.fromEntries(
    Object.keys(shapeOf(command).options).map((name) => {
      const value = values[name];
      return [name, typeof value === "string" ? value : value === true ? true : undefined];
    }),
  );

function whereOf(values: Values): Where {
  const text = (value: Values[string]) => (typeof value === "string" ? value : undefined);
  const isRemote = values.remote === true;
  const localOnly = ["persist-to", "env-file"].find((name) => values[name] !== undefined);
  if (isRemote && localOnly) throw new Complaint(`--${localOnly} says nothing about a --remote database.`);
  const envFiles = Array.isArray(values["env-file"]) ? values["env-file"].map(String) : [];
  return {
    isRemote,
    envFiles,
    persistTo: text(values["persist-to"]),
    config: text(values.config),
    env: text(values.env),
  };
}
