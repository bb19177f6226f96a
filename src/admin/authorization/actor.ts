import type { Account, Role } from "../../accounts/account.ts";
import { FIRST_PARTY_CLIENT } from "../../sessions/session.ts";

/** A signed-in user, and the client that acts for them. */
export type UserActor = {
  readonly kind: "user";
  readonly accountId: string;
  readonly role: Role;
  /** `FIRST_PARTY_CLIENT`, or the origin of an app. */
  readonly clientId: string;
  /** The permissions that the client may use, at most those of the role. */
  readonly scopes: "all" | readonly string[];
};

/** Someone with direct access to the database, or another Worker over RPC. Has every permission. */
type OperatorActor = { readonly kind: "operator" };

/** Who acts. Every authorization decision takes it. */
export type Actor = UserActor | OperatorActor;

export const OPERATOR: OperatorActor = { kind: "operator" };

type ActingSession = {
  readonly clientId: string;
  readonly account: Pick<Account, "id" | "role">;
};

/** The actor of a session. The session of an app has no permission at this service. */
export const userActor = ({ account, clientId }: ActingSession): UserActor => ({
  kind: "user",
  accountId: account.id,
  role: account.role,
  clientId,
  scopes: clientId === FIRST_PARTY_CLIENT ? "all" : [],
});

/** The account that acts, for the audit log. Null for an operator. */
export const actorIdOf = (actor: Actor): string | null =>
  actor.kind === "operator" ? null : actor.accountId;
