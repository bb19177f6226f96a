import { startWithHeldBatch } from "../../../../support/d1.ts";
import { type Actor, userAgentOf } from "../actors.ts";
import type { Operation } from "../command.ts";
import { accountOf, type Model } from "../model.ts";
import { apiTokenOf } from "../opened-sessions.ts";
import type { Account, Session } from "../records.ts";
import { expectOutcome } from "../violation.ts";
import type { World } from "../world.ts";
import { type AdminAction, applyAction, isAllowed, mayAct, pickTarget, requestOf } from "./administration.ts";
import { usableSessions } from "./sessions.ts";

/** What a superuser does while an action of another admin waits for the database. */
export type Interference = {
  readonly action: Extract<AdminAction, "deactivate" | "make user" | "make admin" | "make superuser">;
  readonly on: "actor" | "target";
};

const candidates = (model: Model, actor: Actor): Session[] =>
  usableSessions(model, actor).filter((session) => accountOf(model, session)?.role !== "user");

/**
 * An admin action that has passed every check, and waits for its batch, while a superuser changes the role or the status of
 * the actor or of the target. The action must then have no effect.
 */
export function administerWhileChanged(
  actor: Actor,
  action: AdminAction,
  target: number,
  interference: Interference,
): Operation {
  return {
    name: `${actor} tries to ${action} account ${target}, while a superuser tries to ${interference.action} the ${interference.on}`,
    isPossible: (model) =>
      prepare(model, { actor, action, target }) !== null && superuserSession(model) !== null,
    run: async (model, world) => {
      const { session, acting, account } = prepare(model, { actor, action, target }) as Prepared;
      const { service, reached, release } = startWithHeldBatch(1, {}, world.clock);
      const { method, path, body } = requestOf(action, account);
      const waiting = service.call(method, `/api/auth${path}`, body, apiTokenOf(session), {
        "User-Agent": userAgentOf(actor),
      });
      // An action that changes nothing sends no batch.
      const isHeld = await Promise.race([reached.then(() => true), waiting.then(() => false)]);
      const before = stateOf(acting, account);
      const changed = interference.on === "actor" ? acting : account;
      if (isHeld) await interfere(model, world, interference.action, changed).finally(release);
      release();
      const answer = await waiting;
      const isUnchanged = stateOf(acting, account) === before;
      if (!expectOutcome(answer, isUnchanged, `${action} of ${account.email} by ${acting.email}`))
        return `refused, since the ${interference.on} has changed`;
      applyAction(model, world, { actor, action, account });
      return `done to ${account.email}`;
    },
  };
}

type Prepared = { readonly session: Session; readonly acting: Account; readonly account: Account };

/** Null if the action would be refused before its batch. */
function prepare(
  model: Model,
  { actor, action, target }: { readonly actor: Actor; readonly action: AdminAction; readonly target: number },
): Prepared | null {
  for (const session of candidates(model, actor)) {
    const acting = accountOf(model, session) as Account;
    const account = pickTarget(model, acting, action, target);
    if (mayAct(acting, action, account) && isAllowed(model, action, account))
      return { session, acting, account };
  }
  return null;
}

/** A session by which the interfering superuser acts. */
const superuserSession = (model: Model): Session | null =>
  usableSessions(model, "admin").find((session) => isSuperuser(model, session)) ?? null;

const isSuperuser = (model: Model, session: Session): boolean =>
  accountOf(model, session)?.role === "superuser";

const stateOf = (...accounts: readonly Account[]): string =>
  accounts.map(({ role, status }) => `${role} ${status}`).join();

async function interfere(
  model: Model,
  world: World,
  action: Interference["action"],
  account: Account,
): Promise<void> {
  const session = superuserSession(model);
  const superuser = session && accountOf(model, session);
  if (!session || !superuser) return;
  if (!mayAct(superuser, action, account) || !isAllowed(model, action, account)) return;
  const { method, path, body } = requestOf(action, account);
  const answer = await world.call("admin", method, path, { body, access: apiTokenOf(session) });
  expectOutcome(answer, true, `${action} of ${account.email} by a superuser`);
  applyAction(model, world, { actor: "admin", action, account });
}
