import type { Account } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import type { Actor } from "./actor.ts";

/**
 * An action of an actor on a target account, with the facts that authorized it. A store applies it only
 * while actor and target are unchanged.
 */
export type AdminAction = { readonly actor: Actor; readonly target: Pick<Account, "id" | "role" | "status"> };

/** A request for an admin action. `id`: the target's. */
export type AdminActionInput = { readonly actor: Actor; readonly id: string; readonly caller: Caller };
