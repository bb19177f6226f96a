import type { Role } from "../../src/accounts/account.ts";
import { type ActivateUserFailure, activateUser } from "../../src/admin/users/activate-user.ts";
import { type DeactivateUserFailure, deactivateUser } from "../../src/admin/users/deactivate-user.ts";
import { setRole } from "../../src/admin/users/set-role.ts";
import { unlockUser } from "../../src/admin/users/unlock-user.ts";
import type { Result } from "../../src/core/result.ts";
import { Complaint } from "../dev/usage-error.ts";
import { caller, type Operator, type SealingOperator } from "./compose.ts";
import { findUser } from "./find-user.ts";

// The verbs of src/users, by whoever has the database in hand. What they change nothing by is said so.

export async function unlock(deps: SealingOperator, named: string): Promise<string> {
  const { id, email } = await findUser(deps, named);
  succeed(await unlockUser(deps, { actor: "operator", id, caller }));
  return `${email} is not locked.`;
}

export async function deactivate(deps: SealingOperator, named: string): Promise<string> {
  const { id, email, status } = await findUser(deps, named);
  if (status === "deactivated") return `${email} was deactivated already.`;
  succeed(await deactivateUser(deps, { actor: "operator", id, caller }));
  return `Deactivated ${email}; their sessions have ended.${denylistWarning(deps)}`;
}

export async function activate(deps: SealingOperator, named: string): Promise<string> {
  const { id, email, status } = await findUser(deps, named);
  if (status === "active") return `${email} was active already.`;
  succeed(await activateUser(deps, { actor: "operator", id, caller }));
  return `Activated ${email}.`;
}

export async function setRoleOf(deps: SealingOperator, named: string, role: Role): Promise<string> {
  const { id, email, role: before } = await findUser(deps, named);
  if (before === role) return `${email} was ${role} already.`;
  succeed(await setRole(deps, { actor: "operator", id, role, caller }));
  return `${email} is ${role} now, and was ${before}; their sessions have ended.${denylistWarning(deps)}`;
}

/** This service asks D1 and is exact; other Workers may ask KV alone. */
const denylistWarning = ({ meter }: Operator): string =>
  meter.kvFailed === 0
    ? ""
    : "\nKV did not take it: other Workers may believe an access token of theirs until it expires.";

type Failure = ActivateUserFailure | DeactivateUserFailure;

const sentences: Record<Failure["reason"], string> = {
  no_such_user: "They have just been deleted.",
  not_manageable: "An operator may not do this.",
  last_superuser:
    "Without them no active superuser could sign in, and one has to stay. Make another first, who takes up the " +
    "invitation: npm run admin -- create-superuser <email>",
  changed_meanwhile: "They were changed at the same moment, so nothing was done. Please try again.",
};

function succeed(result: Result<unknown, Failure>): void {
  if (!result.ok) throw new Complaint(sentences[result.error.reason]);
}
