import { Argument, type Command, Option } from "commander";
import type { AccountStatus, Role } from "../../src/accounts/account.ts";
import { ROLES } from "../../src/admin/authorization/permissions.ts";
import {
  addServiceOptions,
  createProgram,
  type ServiceOptions,
  serviceOptionsOf,
  wholeNumber,
} from "../shared/command-line.ts";
import { addClientCommands, type ClientCommandName, type ClientOptions } from "./client-command-line.ts";

export type CommandName =
  | "create-superuser"
  | "list"
  | "show"
  | "unlock"
  | "deactivate"
  | "activate"
  | "set-role"
  | "remove-factors"
  | "secrets"
  | "rebuild-search"
  | ClientCommandName;

/** Adds a command with the options of the database. `name` may have two words, below `parent`. */
export type AddCommand = (name: CommandName, description: string, parent?: Command) => Command;

/** Which database: the deployed one, or a local one. */
export type DatabaseOptions = ServiceOptions & { readonly isRemote: boolean };

export type AdminCall = {
  readonly command: CommandName;
  readonly args: readonly string[];
  /** The command's own options. */
  readonly options: {
    readonly name?: string;
    readonly url?: string;
    readonly search?: string;
    readonly role?: Role;
    readonly status?: AccountStatus;
    readonly limit?: number;
    readonly json?: boolean;
  };
  /** The options of a command about OAuth clients, by their names. */
  readonly clientOptions: ClientOptions;
  readonly database: DatabaseOptions;
};

const STATUSES = ["active", "deactivated"] as const satisfies readonly AccountStatus[];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

const NOTES = `
With --remote, unlock, deactivate, activate, set-role and remove-factors read the deployment's AUTH_SECRET from the environment
variable of that name. With --json, use \`npm run --silent admin\`.`;

/** Throws a CommandError for a usage error. For help, prints it and throws a CommanderError. */
export function readCommandLine(argv: readonly string[]): AdminCall {
  let call: AdminCall | undefined;
  const program = createProgram("npm run admin --").addHelpText("after", NOTES);
  const add: AddCommand = (name, description, parent = program) => {
    const command = parent.command(name.split(" ").at(-1) ?? name).description(description);
    const remote = new Option("--remote", "the deployed database, with wrangler's login");
    command.addOption(remote.conflicts(["envFile", "persistTo"]));
    return addServiceOptions(command).action(function (this: Command) {
      call = callOf(name, this);
    });
  };
  add("create-superuser", "create a superuser and print the link to choose a password")
    .argument("<email>")
    .option("--name <name>", "the name of the account")
    .option("--url <url>", "the origin of the link, in place of PUBLIC_URL");
  add("list", "list users, newest first")
    .option("--search <text>", "part of a name or an email address")
    .addOption(new Option("--role <role>").choices(ROLES))
    .addOption(new Option("--status <status>").choices(STATUSES))
    .option("--limit <number>", "how many users", wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT)
    .option("--json");
  add("show", "show one user").argument("<email|id>").option("--json");
  add("unlock", "delete the failed attempts that lock an account").argument("<email|id>");
  add("deactivate", "deactivate an account and end its sessions").argument("<email|id>");
  add("activate", "activate a deactivated account").argument("<email|id>");
  add("set-role", "set the role of a user")
    .argument("<email|id>")
    .addArgument(new Argument("<role>").choices(ROLES));
  add("remove-factors", "request the removal of all factors of a user who has lost theirs")
    .argument("<email|id>")
    .option("--url <url>", "the origin of the link that cancels it, in place of PUBLIC_URL");
  add("secrets", "count the data that depends on each root secret (docs/rotation.md)").option("--json");
  add("rebuild-search", "rebuild the search index of users");
  addClientCommands(program, add);
  program.parse(argv.length === 0 ? ["help"] : argv, { from: "user" });
  if (call === undefined) throw new Error("commander ran no command");
  return call;
}

function callOf(command: CommandName, parsed: Command): AdminCall {
  const { name, url, search, role, status, limit, json, remote = false } = parsed.opts();
  return {
    command,
    args: parsed.args,
    options: { name, url, search, role, status, limit, json },
    clientOptions: command.startsWith("clients ") ? parsed.opts() : {},
    database: { ...serviceOptionsOf(parsed), isRemote: remote },
  };
}
