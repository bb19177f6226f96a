import { FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import { userActor } from "./actor.ts";
import type { FindManageableUserDeps } from "./find-manageable-user.ts";
import { hasPermission, type Permission } from "./permissions.ts";

export type CheckPermissionDeps = FindManageableUserDeps;

type Input = { readonly accountId: string; readonly permission: Permission };

/** Whether the account exists, is active and not about to be deleted, and has a role with this permission now. */
export async function checkPermission(
  deps: CheckPermissionDeps,
  { accountId, permission }: Input,
): Promise<boolean> {
  const found = await deps.users.find(accountId);
  return (
    found !== null &&
    found.account.status === "active" &&
    found.account.deletionDueAt === null &&
    hasPermission(userActor({ account: found.account, clientId: FIRST_PARTY_CLIENT }), permission)
  );
}
