import { type Actor, isLookalike } from "../actors.ts";
import type { Operation } from "../command.ts";
import { unlock } from "../failures.ts";
import { accountAt, accountOf, holderOf, type Model, newAccount, pickPreferring } from "../model.ts";
import { apiTokenOf } from "../opened-sessions.ts";
import type { Account, Role } from "../records.ts";
import {
  closeAccount,
  deleteAccount,
  endSessions,
  sessionsOf,
  voidLinks,
  voidSurplusResets,
} from "../transitions.ts";
import { expectOutcome, violation } from "../violation.ts";
import type { World } from "../world.ts";
import { hasSession, isUsable, pickSession } from "./sessions.ts";

export type AdminAction =
  | "activate"
  | "deactivate"
  | "delete"
  | "unlock"
  | "end the sessions of"
  | "send a reset to"
  | "edit"
  | `make ${Role}`;

const REQUESTS: Readonly<Record<AdminAction, readonly [method: string, path: string, body?: object]>> = {
  activate: ["POST", "/activate"],
  deactivate: ["POST", "/deactivate"],
  delete: ["DELETE", ""],
  unlock: ["POST", "/unlock"],
  "end the sessions of": ["DELETE", "/sessions"],
  "send a reset to": ["POST", "/reset-password"],
  edit: ["PATCH", "", { lastName: "Edited" }],
  "make user": ["PUT", "/role", { role: "user" }],
  "make admin": ["PUT", "/role", { role: "admin" }],
  "make superuser": ["PUT", "/role", { role: "superuser" }],
};

const SUPERUSERS_ONLY: readonly AdminAction[] = ["delete", "make user", "make admin", "make superuser"];

export function requestOf(action: AdminAction, { id }: Account) {
  const [method, path, body] = REQUESTS[action];
  return { method, path: `/users/${id}${path}`, body };
}

/** The contract of the roles: superusers manage every other account, admins those of users, and users none. */
export function mayAct(actor: Account, action: AdminAction, target: Account): boolean {
  if (actor === target) return false;
  if (actor.role === "superuser") return true;
  return actor.role === "admin" && target.role === "user" && !SUPERUSERS_ONLY.includes(action);
}

/** An account, preferably one to which the actor may do this. */
export const pickTarget = (
  model: Model,
  actor: Account | undefined,
  action: AdminAction,
  n: number,
): Account =>
  pickPreferring(
    [...model.accounts.values()],
    (account) => actor !== undefined && mayAct(actor, action, account) && isAllowed(model, action, account),
    n,
  );

/** An admin action on any account, by a session of any actor. */
export function administer(actor: Actor, n: number, action: AdminAction, target: number): Operation {
  return {
    name: `${actor} tries to ${action} account ${target} by session ${n}`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const acting = accountOf(model, session);
      const account = pickTarget(model, acting, action, target);
      const { method, path, body } = requestOf(action, account);
      const answer = await world.call(actor, method, path, { body, access: apiTokenOf(session) });
      const mustSucceed =
        acting !== undefined &&
        isUsable(model, session) &&
        mayAct(acting, action, account) &&
        isAllowed(model, action, account);
      const done = expectOutcome(answer, mustSucceed, `${actor}: ${action} ${account.email}`);
      if (!done) return `refused for ${account.email}`;
      applyAction(model, world, { actor, action, account });
      return `${account.email}`;
    },
  };
}

/** Whether the state of the target allows the action. */
export function isAllowed(model: Model, action: AdminAction, account: Account): boolean {
  if (action === "delete") return account.status === "deactivated";
  if (action === "send a reset to") return account.status === "active";
  const removesSuperuser =
    account.role === "superuser" &&
    (action === "deactivate" || action === "make admin" || action === "make user");
  if (removesSuperuser && account.status === "active" && isLastSuperuser(model, account)) return false;
  if (action === "make admin" || action === "make superuser")
    return account.verified || action === `make ${account.role}`;
  return true;
}

const isLastSuperuser = (model: Model, account: Account): boolean =>
  ![...model.accounts.values()].some(
    (each) => each !== account && each.role === "superuser" && each.status === "active" && each.verified,
  );

type Applied = { readonly actor: Actor; readonly action: AdminAction; readonly account: Account };

/** Records what a successful action has changed. */
export function applyAction(model: Model, world: World, { actor, action, account }: Applied): void {
  switch (action) {
    case "activate":
      account.status = "active";
      return;
    case "deactivate":
      if (account.status === "active") closeAccount(model, account, "a deactivation by an admin");
      return;
    case "delete":
      deleteAccount(model, account, "its deletion");
      return;
    case "end the sessions of":
      endSessions(model, sessionsOf(model, account), "an admin");
      return;
    case "send a reset to":
      sendReset(model, world, actor, account);
      return;
    case "unlock":
      unlock(model, account);
      return;
    case "edit":
      return;
    default: {
      const role = action.slice("make ".length) as Role;
      if (account.role !== role) endSessions(model, sessionsOf(model, account), "a change of the role");
      account.role = role;
    }
  }
}

function sendReset(model: Model, world: World, causedBy: Actor, account: Account): void {
  const purpose = account.password === null && !account.verified ? "invite" : "reset_password";
  if (purpose === "invite") voidLinks(model, account, ["invite"], "a newer invitation");
  else voidSurplusResets(model, account);
  const { id: accountId, email: to } = account;
  world.expectedSecrets.push({ kind: "link", purpose, accountId, to, causedBy });
}

/** Invites an address with a role, by a session of any actor. */
export function invite(actor: Actor, n: number, address: string, role: Role): Operation {
  return {
    name: `${actor} invites ${address} as ${role} by session ${n}`,
    isPossible: (model) => hasSession(model, actor, n),
    run: async (model, world) => {
      const session = pickSession(model, actor, n);
      const acting = accountOf(model, session);
      const mayInvite = acting?.role === "superuser" || (acting?.role === "admin" && role === "user");
      const mustSucceed =
        isUsable(model, session) && mayInvite && !isLookalike(address) && !holderOf(model, address);
      const answer = await world.call(actor, "POST", "/users", {
        body: { email: address, name: "Ada", role },
        access: apiTokenOf(session),
      });
      if (!expectOutcome(answer, mustSucceed, `the invitation of ${address} by ${actor}`)) return "refused";
      const { id, email } = answer.body.data as { id: string; email: string };
      if (model.accounts.has(id)) violation("an invitation returned an earlier account");
      const unproven = accountAt(model, address);
      if (unproven) deleteAccount(model, unproven, "an invitation");
      model.accounts.set(id, newAccount({ id, email, role }));
      world.expectedSecrets.push({
        kind: "link",
        purpose: "invite",
        accountId: id,
        to: email,
        causedBy: actor,
      });
      return "invited";
    },
  };
}
