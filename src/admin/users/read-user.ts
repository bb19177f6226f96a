import type { Account } from "../../accounts/account.ts";
import { presentMetadata } from "../../accounts/metadata.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Actor } from "../authorization/actor.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
  type Target,
} from "../authorization/find-manageable-user.ts";
import { canManage } from "../authorization/permissions.ts";

/** A user as an admin sees them. `privateMetadata`: undefined if the actor must not see it, as that of their own account. */
export type UserDetails = {
  readonly account: Account;
  readonly privateMetadata: Record<string, unknown> | null | undefined;
};

export const detailsFor = (
  actor: Actor,
  { account, privateMetadata }: Pick<Target, "account" | "privateMetadata">,
): UserDetails => ({
  account,
  privateMetadata: canManage(actor, "users:metadata", account) ? presentMetadata(privateMetadata) : undefined,
});

/** Reads one user that the actor may see. */
export async function readUser(
  deps: FindManageableUserDeps,
  input: { readonly actor: Actor; readonly id: string },
): Promise<Result<UserDetails, FindManageableUserFailure>> {
  const found = await findManageableUser(deps, input.actor, "users:read", input.id);
  return found.ok ? ok(detailsFor(input.actor, found.value)) : found;
}
