import type { Account, Role } from "../../../accounts/account.ts";
import type { Words } from "../../../ui/ui-texts.ts";
import type { Permission } from "../../authorization/permissions.ts";
import type { AccountStatus } from "../read-account-status.ts";

/** What decides which actions would change something. `hasPasswords`: whether the deployment has passwords. */
export type UserStatus = Pick<AccountStatus, "lockouts" | "factors" | "factorRemovalDueAt"> & {
  readonly hasPasswords: boolean;
};

type UserAction = {
  readonly permission: Permission;
  /** Whether it would change anything. */
  readonly applies: (user: Account, status: UserStatus) => boolean;
  readonly isDestructive?: true;
  /** What the next page says, with the user's name. */
  readonly notice: keyof Words["notices"];
};

/** The actions in the order of the page. The permission decides which of them an admin sees. */
export const actions = {
  resetPassword: {
    permission: "users:reset-password",
    // Without passwords it only sends a pending invitation again.
    applies: (user, { hasPasswords }) =>
      user.status === "active" && (hasPasswords || user.emailVerifiedAt === null),
    notice: "userLinkSent",
  },
  unlock: {
    permission: "users:unlock",
    applies: (_user, { lockouts }) => lockouts.length > 0,
    notice: "userUnlocked",
  },
  endSessions: { permission: "users:end-sessions", applies: () => true, notice: "userSignedOut" },
  removePicture: {
    permission: "users:set-avatar",
    applies: (user) => user.avatarKey !== null,
    notice: "userPictureRemoved",
  },
  removeFactors: {
    permission: "users:remove-factors",
    // Those of a superuser are removed by the command line only.
    applies: (user, { factors, factorRemovalDueAt }) =>
      user.role !== "superuser" &&
      user.status === "active" &&
      factors.length > 0 &&
      factorRemovalDueAt === null,
    isDestructive: true,
    notice: "userFactorRemovalRequested",
  },
  cancelFactorRemoval: {
    permission: "users:remove-factors",
    applies: (_user, { factorRemovalDueAt }) => factorRemovalDueAt !== null,
    notice: "userFactorRemovalCancelled",
  },
  activate: {
    permission: "users:activate",
    applies: (user) => user.status === "deactivated",
    notice: "userActivated",
  },
  deactivate: {
    permission: "users:deactivate",
    applies: (user) => user.status === "active",
    isDestructive: true,
    notice: "userDeactivated",
  },
  cancelDeletion: {
    permission: "users:activate",
    applies: (user) => user.deletionDueAt !== null,
    notice: "userKept",
  },
  delete: {
    permission: "users:delete",
    applies: (user) => user.status === "deactivated" || user.deletionDueAt !== null,
    isDestructive: true,
    notice: "userDeleted",
  },
} as const satisfies Record<string, UserAction>;

export type UserActionName = keyof typeof actions;

/** What the next page says about a user's new role. */
export const roleNotices = {
  user: "userIsUser",
  admin: "userIsAdmin",
  superuser: "userIsSuperuser",
} as const satisfies Record<Role, keyof Words["notices"]>;

export const actionNames = Object.keys(actions) as UserActionName[];
