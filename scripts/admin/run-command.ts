import type { AccountStatus, Role } from "../../src/accounts/account.ts";
import { ROLES } from "../../src/admin/authorization/permissions.ts";
import { listUsers } from "../../src/admin/users/list-users.ts";
import { Complaint } from "../dev/usage-error.ts";
import type { Call } from "./command-line.ts";
import type { CommandName } from "./commands.ts";
import { composeOperator, type Operator, type SealingOperator, withSecrets } from "./compose.ts";
import { createSuperuser } from "./create-superuser.ts";
import { asJson, asLines, asTable, findUser } from "./find-user.ts";
import type { Platform } from "./platform.ts";
import { printable, printableJson } from "./printable.ts";
import { describeSecrets, readSecrets } from "./secrets.ts";
import { activate, deactivate, setRoleOf, unlock } from "./user-actions.ts";

type Run = (deps: Operator, call: Call) => Promise<string>;

const runs = {
  "create-superuser": (deps, { args: [email = ""], options: { name, url } }) =>
    createSuperuser(deps, { email, name: textOf(name), url: textOf(url) }),
  list,
  async show(deps, { args: [named = ""], options: { json } }) {
    const person = await findUser(deps, named);
    return json ? printableJson(asJson(person)) : asLines(person);
  },
  async secrets(deps, { options: { json } }) {
    const report = await readSecrets(deps);
    return json ? printableJson(report) : describeSecrets(report);
  },
  async "rebuild-search"({ d1 }) {
    await d1.prepare("INSERT INTO account_search (account_search) VALUES ('rebuild')").run();
    return "Made the search index anew.";
  },
} satisfies Partial<Record<CommandName, Run>>;

/** Those that make lock keys or seal a notice. */
const sealingRuns = {
  unlock: (deps, { args: [named = ""] }) => unlock(deps, named),
  deactivate: (deps, { args: [named = ""] }) => deactivate(deps, named),
  activate: (deps, { args: [named = ""] }) => activate(deps, named),
  "set-role": (deps, { args: [named = "", role] }) =>
    setRoleOf(deps, named, oneOf(ROLES, role, "The role") ?? "user"),
} satisfies Partial<Record<CommandName, (deps: SealingOperator, call: Call) => Promise<string>>>;

export const needsSecret = (command: CommandName): command is keyof typeof sealingRuns =>
  Object.hasOwn(sealingRuns, command);

/** What a command has to say. Throws a Complaint where it fails. */
export async function runCommand(platform: Platform, call: Call): Promise<string> {
  const { command } = call;
  const deps = composeOperator(platform);
  if (!needsSecret(command)) return runs[command](deps, call);
  return sealingRuns[command](await withSecrets(deps), call);
}

const DEFAULT_LIMIT = 50;
/** More is a matter for SQL. */
const MAX_LIMIT = 1000;
const STATUSES = ["active", "deactivated"] as const satisfies readonly AccountStatus[];

async function list(deps: Operator, { options }: Call): Promise<string> {
  const { users, next } = await listUsers(deps, {
    actor: "operator",
    search: textOf(options.search),
    role: oneOf<Role>(ROLES, options.role, "--role"),
    status: oneOf(STATUSES, options.status, "--status"),
    limit: limitOf(textOf(options.limit)),
    after: null,
  });
  if (options.json) return printableJson({ users: users.map(asJson), hasMore: next !== null });
  if (users.length === 0) return "Nobody is there, or nobody like that.";
  const more = next === null ? "" : "\n\nThere are more: narrow it with --search, or raise --limit.";
  return asTable(users) + more;
}

function limitOf(typed: string | undefined): number {
  if (typed === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(typed) ? Number(typed) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw new Complaint(`--limit must be a number from 1 to ${MAX_LIMIT}.`);
  return limit;
}

function oneOf<T extends string>(
  known: readonly T[],
  typed: string | true | undefined,
  what: string,
): T | undefined {
  if (typed === undefined) return undefined;
  const found = known.find((one) => one === typed);
  if (found) return found;
  throw new Complaint(`${what} must be ${known.join(", ")}, and is "${printable(String(typed))}".`);
}

const textOf = (value: string | true | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;
