import type { Role } from "../../src/accounts/account.ts";
import { OPERATOR } from "../../src/admin/authorization/actor.ts";
import { type ActivateUserFailure, activateUser } from "../../src/admin/users/activate-user.ts";
import { type DeactivateUserFailure, deactivateUser } from "../../src/admin/users/deactivate-user.ts";
import { type SetRoleFailure, setRole } from "../../src/admin/users/set-role.ts";
import { unlockUser } from "../../src/admin/users/unlock-user.ts";
import type { Result } from "../../src/core/result.ts";
import { CommandError } from "../shared/command-error.ts";
import { caller, type Operator, type OperatorWithSecrets } from "./compose.ts";
import { findUser } from "./find-user.ts";

// The use cases of src/admin/users with the operator as actor. `user` is an email address or an id.

export async function unlock(deps: OperatorWithSecrets, user: string): Promise<string> {
  const { id, email } = await findUser(deps, user);
  requireOk(await unlockUser(deps, { actor: OPERATOR, id, caller }));
  return `${email} is not locked.`;
}

export async function deactivate(deps: OperatorWithSecrets, user: string): Promise<string> {
  const { id, email, status } = await findUser(deps, user);
  if (status === "deactivated") return `${email} is already deactivated.`;
  requireOk(await deactivateUser(deps, { actor: OPERATOR, id, caller }));
  return `Deactivated ${email}; their sessions have ended.${revocationWarning(deps)}`;
}

export async function activate(deps: OperatorWithSecrets, user: string): Promise<string> {
  const { id, email, status } = await findUser(deps, user);
  if (status === "active") return `${email} is already active.`;
  requireOk(await activateUser(deps, { actor: OPERATOR, id, caller }));
  return `Activated ${email}.`;
}

export async function changeRole(deps: OperatorWithSecrets, user: string, role: Role): Promise<string> {
  const { id, email, role: before } = await findUser(deps, user);
  if (before === role) return `${email} already has the role ${role}.`;
  requireOk(await setRole(deps, { actor: OPERATOR, id, role, caller }));
  return `Changed the role of ${email} from ${before} to ${role}; their sessions have ended.${revocationWarning(deps)}`;
}

/** The service reads D1. Other Workers may read only the revocation list in KV. */
const revocationWarning = ({ meter }: Operator): string =>
  meter.kvFailed === 0
    ? ""
    : "\nKV rejected the write: other Workers may accept the user's access tokens until they expire.";

type Failure = ActivateUserFailure | DeactivateUserFailure | SetRoleFailure;

const messages: Record<Failure["reason"], string> = {
  no_such_user: "The account was deleted in the meantime.",
  not_manageable: "An operator may not do this.",
  last_superuser:
    "This is the last active superuser who can sign in. Create another first, and let them accept the invitation: " +
    "npm run admin -- create-superuser <email>",
  not_verified:
    "The user has not verified their email address yet. A role above user needs a verified address, since another person " +
    "may have registered it.",
  changed_meanwhile:
    "The account changed in the meantime, and the command changed nothing. Please try again.",
};

function requireOk(result: Result<unknown, Failure>): void {
  if (!result.ok) throw new CommandError(messages[result.error.reason]);
}
