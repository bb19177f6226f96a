import type { Account } from "../../accounts/account.ts";
import type { Person } from "./permissions.ts";

/** Who acts: somebody signed in, or whoever has the database itself in hand, who may do everything. */
export type Actor = Person | "operator";

/** An act as it was judged; what stores it holds only while actor and target are still as they were. */
export type AdminAction = { readonly actor: Actor; readonly target: Pick<Account, "id" | "role" | "status"> };

export const actorIdOf = (actor: Actor): string | null => (actor === "operator" ? null : actor.id);
