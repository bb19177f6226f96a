import type { Role } from "../../src/accounts/account.ts";
import { type UserActor, userActor } from "../../src/admin/authorization/actor.ts";
import { FIRST_PARTY_CLIENT } from "../../src/sessions/session.ts";

/** The actor of a session of this service. */
export const actorWithRole = (role: Role, id = "actor"): UserActor =>
  userActor({ clientId: FIRST_PARTY_CLIENT, account: { id, role } });
