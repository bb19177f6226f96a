import type { Role } from "../../src/accounts/account.ts";
import { OPERATOR } from "../../src/admin/authorization/actor.ts";
import { listUsers } from "../../src/admin/users/list-users.ts";
import { clientsFilePath, requireClientsFile } from "../shared/clients-file.ts";
import { printableJson } from "../shared/printable.ts";
import { applyClientsFile } from "./apply-clients-file.ts";
import {
  createByCommand,
  deleteByCommand,
  listByCommand,
  rotateByCommand,
  showByCommand,
  updateByCommand,
} from "./client-commands.ts";
import type { AdminCall, CommandName } from "./command-line.ts";
import { composeOperator, type Operator, type OperatorWithSecrets, withSecrets } from "./compose.ts";
import { createSuperuser } from "./create-superuser.ts";
import { findUser, userJson, userLines, usersTable } from "./find-user.ts";
import type { Platform } from "./open-platform.ts";
import { removeFactors } from "./remove-factors.ts";
import { describeSecrets, readSecrets } from "./secrets.ts";
import { activate, changeRole, deactivate, unlock } from "./user-actions.ts";

type Run<Deps> = (deps: Deps, call: AdminCall) => Promise<string>;

const commands = {
  "create-superuser": (deps, { args: [email = ""], options: { name, url } }) =>
    createSuperuser(deps, { email, name, url }),
  list,
  async show(deps, { args: [user = ""], options: { json } }) {
    const account = await findUser(deps, user);
    return json ? printableJson(userJson(account)) : userLines(account);
  },
  async secrets(deps, { options: { json } }) {
    const report = await readSecrets(deps);
    return json ? printableJson(report) : describeSecrets(report);
  },
  async "rebuild-search"({ d1 }) {
    await d1.prepare("INSERT INTO account_search (account_search) VALUES ('rebuild')").run();
    return "Rebuilt the search index.";
  },
  "clients list": (deps, { clientOptions }) => listByCommand(deps, clientOptions),
  "clients show": (deps, { args: [id = ""], clientOptions }) => showByCommand(deps, id, clientOptions),
  "clients create": (deps, { args: [name = ""], clientOptions }) =>
    createByCommand(deps, name, clientOptions),
  "clients update": (deps, { args: [id = ""], clientOptions }) => updateByCommand(deps, id, clientOptions),
  "clients rotate-secret": (deps, { args: [id = ""], clientOptions }) =>
    rotateByCommand(deps, id, clientOptions),
  "clients apply": (deps, { args: [file], database: { config } }) =>
    applyClientsFile(deps, requireClientsFile(file ?? clientsFilePath({ config }))),
  "clients delete": (deps, { args: [id = ""] }) => deleteByCommand(deps, id),
} satisfies Partial<Record<CommandName, Run<Operator>>>;

/** Commands that derive lockout keys or seal a notice, and need AUTH_SECRET for it. */
const commandsWithSecrets = {
  unlock: (deps, { args: [user = ""] }) => unlock(deps, user),
  deactivate: (deps, { args: [user = ""] }) => deactivate(deps, user),
  activate: (deps, { args: [user = ""] }) => activate(deps, user),
  "set-role": (deps, { args: [user = "", role] }) => changeRole(deps, user, role as Role),
  "remove-factors": (deps, { args: [user = ""], options: { url } }) => removeFactors(deps, { user, url }),
} satisfies Partial<Record<CommandName, Run<OperatorWithSecrets>>>;

export const needsSecret = (command: CommandName): command is keyof typeof commandsWithSecrets =>
  Object.hasOwn(commandsWithSecrets, command);

/** Returns the text to print. Throws a CommandError for an expected failure. */
export async function runCommand(platform: Platform, call: AdminCall): Promise<string> {
  const { command } = call;
  const deps = composeOperator(platform);
  if (!needsSecret(command)) return commands[command](deps, call);
  return commandsWithSecrets[command](await withSecrets(deps), call);
}

async function list(deps: Operator, { options }: AdminCall): Promise<string> {
  const { search, role, status, limit = 0, json } = options;
  const { users, next } = await listUsers(deps, {
    actor: OPERATOR,
    ...{ search, role, status, limit },
    after: null,
  });
  if (json) return printableJson({ users: users.map(userJson), hasMore: next !== null });
  if (users.length === 0) return "No users found.";
  const more = next === null ? "" : "\n\nThere are more users: narrow with --search, or raise --limit.";
  return usersTable(users) + more;
}
