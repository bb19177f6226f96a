import type { Account } from "../../accounts/account.ts";
import { hasPermission, type Permission } from "./permissions.ts";

export type CheckPermissionDeps = {
  readonly users: { find(id: string): Promise<{ readonly account: Account } | null> };
};

type Question = { readonly accountId: string; readonly permission: Permission };

/** Whether that account, as it is now, may do this to anybody. Nobody may do nothing, nor may who is deactivated. */
export async function checkPermission(
  deps: CheckPermissionDeps,
  { accountId, permission }: Question,
): Promise<boolean> {
  const found = await deps.users.find(accountId);
  return found !== null && found.account.status === "active" && hasPermission(found.account.role, permission);
}
