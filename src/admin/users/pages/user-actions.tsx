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
import { Form, SelectField } from "../../../ui/form-fields.tsx";
import type { FormFailure, PageContext, PageProps } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { searchOf, wordsOf } from "../../../ui/render-page.tsx";
import { canManage, manageableRoles, type Permission } from "../../authorization/permissions.ts";
import { type ActivateUserDeps, activateUser } from "../activate-user.ts";
import { type CancelUserDeletionDeps, cancelUserDeletion } from "../cancel-user-deletion.ts";
import { type DeactivateUserDeps, deactivateUser } from "../deactivate-user.ts";
import { type DeleteUserDeps, deleteUser } from "../delete-user.ts";
import { type EndUserSessionsDeps, endUserSessions } from "../end-user-sessions.ts";
import { userErrors } from "../errors.ts";
import type { AccountStatus } from "../read-account-status.ts";
import { type SendPasswordResetDeps, sendPasswordReset } from "../send-password-reset.ts";
import { type SetRoleDeps, setRole } from "../set-role.ts";
import { type UnlockUserDeps, unlockUser } from "../unlock-user.ts";

export type UserActionsDeps = ActivateUserDeps &
  DeactivateUserDeps &
  UnlockUserDeps &
  SendPasswordResetDeps &
  EndUserSessionsDeps &
  SetRoleDeps &
  RemoveAvatarDeps &
  RequestFactorRemovalDeps &
  CancelFactorRemovalDeps &
  CancelUserDeletionDeps &
  DeleteUserDeps;

/** What decides which actions would change something. `hasPasswords`: whether the deployment has passwords. */
type UserStatus = Pick<AccountStatus, "lockouts" | "hasFactors" | "factorRemovalDueAt"> & {
  readonly hasPasswords: boolean;
};

type UserAction = {
  readonly permission: Permission;
  /** Whether it would change anything. */
  readonly applies: (user: Account, status: UserStatus) => boolean;
  readonly isDestructive?: true;
};

/** The actions in the order of the page. The permission decides which of them an admin sees. */
const actions = {
  resetPassword: {
    permission: "users:reset-password",
    // Without passwords it only sends a pending invitation again.
    applies: (user, { hasPasswords }) =>
      user.status === "active" && (hasPasswords || user.emailVerifiedAt === null),
  },
  unlock: { permission: "users:unlock", applies: (_user, { lockouts }) => lockouts.length > 0 },
  endSessions: { permission: "users:end-sessions", applies: () => true },
  removePicture: { permission: "users:set-avatar", applies: (user) => user.avatarKey !== null },
  removeFactors: {
    permission: "users:remove-factors",
    // Those of a superuser are removed by the command line only.
    applies: (user, { hasFactors, factorRemovalDueAt }) =>
      user.role !== "superuser" && user.status === "active" && hasFactors && factorRemovalDueAt === null,
    isDestructive: true,
  },
  cancelFactorRemoval: {
    permission: "users:remove-factors",
    applies: (_user, { factorRemovalDueAt }) => factorRemovalDueAt !== null,
  },
  activate: { permission: "users:activate", applies: (user) => user.status === "deactivated" },
  deactivate: {
    permission: "users:deactivate",
    applies: (user) => user.status === "active",
    isDestructive: true,
  },
  cancelDeletion: { permission: "users:activate", applies: (user) => user.deletionDueAt !== null },
  delete: {
    permission: "users:delete",
    applies: (user) => user.status === "deactivated" || user.deletionDueAt !== null,
    isDestructive: true,
  },
} as const satisfies Record<string, UserAction>;

type UserActionName = keyof typeof actions;

const names = Object.keys(actions) as UserActionName[];

/** A button for each action that this admin may take. */
export function UserActions({ p, user, status }: { p: PageProps; user: Account; status: UserStatus }) {
  const { t, actor } = p;
  if (!actor) return null;
  const available = names.filter(
    (name) => canManage(actor, actions[name].permission, user) && actions[name].applies(user, status),
  );
  return (
    <section class="card">
      <h2>{t.users.acts}</h2>
      <div class="acts">
        {available.map((name) => {
          const isDestructive = "isDestructive" in actions[name];
          return (
            <Form
              p={p}
              act={name}
              confirm={isDestructive ? t.confirmActs[name as keyof typeof t.confirmActs] : undefined}
            >
              {name === "delete" && (
                <label class="check">
                  <input type="checkbox" name="sure" value="yes" required />
                  {t.users.sure}
                </label>
              )}
              <button type="submit" class={isDestructive ? "bad" : undefined}>
                {t.acts[name]}
              </button>
            </Form>
          );
        })}
      </div>
      {canManage(actor, "users:set-role", user) && (
        <Form p={p} act="setRole">
          <SelectField
            p={p}
            name="role"
            value={user.role}
            options={manageableRoles(actor).map((role) => [role, t.roles[role]] as const)}
          />
          <button type="submit">{t.users.setRole}</button>
        </Form>
      )}
    </section>
  );
}

/** Runs the submitted action by the API's use cases, which check the permission again. */
export async function runUserAction(
  c: PageContext,
  deps: UserActionsDeps,
  form: Posted,
  user: Account,
): Promise<Response | FormFailure> {
  const t = wordsOf(c);
  const act = form.text("act");
  const result = await run(c, deps, form, user);
  if (!result) return { code: "validation_failed", alert: t.failures.validation_failed };
  if (!result.ok) {
    const { reason } = result.error;
    const message = reason === "deactivated" ? t.users.activateFirst : undefined;
    const code = { ...userErrors, ...factorRemovalErrors }[reason];
    return formFailure(c, code, result.error, message);
  }
  const search = searchOf(c);
  return act === "delete"
    ? redirectWithFlash(c, `/admin/users${search}`, "userDeleted")
    : redirectWithFlash(c, c.req.path + search, "done");
}

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
      const role = manageableRoles(input.actor).find((manageable: Role) => manageable === form.text("role"));
      return role ? setRole(deps, { ...input, role }) : null;
    }
    default:
      return null;
  }
}
