import type { Account, Role } from "../../../accounts/account.ts";
import { type RemoveAvatarDeps, removeAvatar } from "../../../accounts/avatar/remove-avatar.ts";
import type { CancelFactorRemovalDeps } from "../../../authentication/factor-removal/cancel-factor-removal.ts";
import { cancelUserFactorRemoval } from "../../../authentication/factor-removal/cancel-user-factor-removal.ts";
import { factorRemovalErrors } from "../../../authentication/factor-removal/errors.ts";
import {
  type RequestFactorRemovalDeps,
  requestFactorRemoval,
} from "../../../authentication/factor-removal/request-factor-removal.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, PageContext } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { searchOf, wordsOf } from "../../../ui/render-page.tsx";
import { fullNameOf } from "../../../ui/settings-rows.tsx";
import { canManage, manageableRoles } from "../../authorization/permissions.ts";
import { type ActivateUserDeps, activateUser } from "../activate-user.ts";
import { type CancelUserDeletionDeps, cancelUserDeletion } from "../cancel-user-deletion.ts";
import { type DeactivateUserDeps, deactivateUser } from "../deactivate-user.ts";
import { type DeleteUserDeps, deleteUser } from "../delete-user.ts";
import { type EndUserSessionsDeps, endUserSessions } from "../end-user-sessions.ts";
import { userErrors } from "../errors.ts";
import { type SendPasswordResetDeps, sendPasswordReset } from "../send-password-reset.ts";
import { type SetRoleDeps, setRole } from "../set-role.ts";
import { type UnlockUserDeps, unlockUser } from "../unlock-user.ts";
import { type ConfirmRoleDeps, confirmRole } from "./confirm-role.tsx";
import { actions, roleNotices, type UserActionName } from "./user-action-table.ts";

export type UserActionsDeps = ActivateUserDeps &
  DeactivateUserDeps &
  UnlockUserDeps &
  SendPasswordResetDeps &
  EndUserSessionsDeps &
  SetRoleDeps &
  ConfirmRoleDeps &
  RemoveAvatarDeps &
  RequestFactorRemovalDeps &
  CancelFactorRemovalDeps &
  CancelUserDeletionDeps &
  DeleteUserDeps;

/** Runs the submitted action by the API's use cases, which check the permission again. */
export async function runUserAction(
  c: PageContext,
  deps: UserActionsDeps,
  form: Posted,
  user: Account,
): Promise<Response | FormFailure> {
  const t = wordsOf(c);
  const act = form.text("act");
  const role = act === "setRole" ? newRole(c, form) : null;
  if (role !== null && asksFirst(c, form, user, role)) return confirmRole(c, deps, { user, role });
  const result = await run(c, deps, form, user);
  if (!result) return { code: "validation_failed", alert: t.failures.validation_failed };
  if (!result.ok) {
    const { reason } = result.error;
    const message = reason === "deactivated" ? t.users.activateFirst : undefined;
    const code = { ...userErrors, ...factorRemovalErrors }[reason];
    return formFailure(c, code, result.error, message);
  }
  const search = searchOf(c);
  const notice = role === null ? actions[act as UserActionName].notice : roleNotices[role];
  const to = act === "delete" ? `/admin/users${search}` : c.req.path + search;
  return redirectWithFlash(c, to, notice, { name: fullNameOf(user) });
}

const newRole = (c: PageContext, form: Posted): Role | null =>
  manageableRoles(c.var.actor).find((role) => role === form.text("role")) ?? null;

/** Whether the admin still has to confirm the new role. What would be refused is refused at once. */
const asksFirst = (c: PageContext, form: Posted, user: Account, role: Role): boolean =>
  form.text("sure") !== "yes" &&
  role !== user.role &&
  (role === "user" || user.emailVerifiedAt !== null) &&
  canManage(c.var.actor, "users:set-role", user);

async function run(c: PageContext, deps: UserActionsDeps, form: Posted, user: Account) {
  const input = { actor: c.var.actor, id: user.id, caller: c.var.caller };
  switch (form.text("act") as UserActionName | "setRole") {
    case "resetPassword":
      return sendPasswordReset(deps, input);
    case "unlock":
      return unlockUser(deps, input);
    case "endSessions":
      return endUserSessions(deps, input);
    case "removePicture":
      return canManage(input.actor, "users:set-avatar", user)
        ? removeAvatar(deps, { ...input, target: user })
        : null;
    case "removeFactors":
      return requestFactorRemoval(deps, input);
    case "cancelFactorRemoval":
      return cancelUserFactorRemoval(deps, input);
    case "activate":
      return activateUser(deps, input);
    case "deactivate":
      return deactivateUser(deps, input);
    case "cancelDeletion":
      return cancelUserDeletion(deps, input);
    case "delete":
      return form.text("sure") === "yes" ? deleteUser(deps, input) : null;
    case "setRole": {
      const role = newRole(c, form);
      return role ? setRole(deps, { ...input, role }) : null;
    }
    default:
      return null;
  }
}
