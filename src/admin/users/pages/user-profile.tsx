import type { Account, ProfileField } from "../../../accounts/account.ts";
import { ProfileForm, saveProfile } from "../../../accounts/pages/profile-form.tsx";
import type { DepsOf } from "../../../http/context.ts";
import type { Page } from "../../../ui/page.ts";
import { backToUsers } from "../../../ui/pagination.tsx";
import { searchOf } from "../../../ui/render-page.tsx";
import { userErrors } from "../errors.ts";
import { type UpdateUserDeps, updateUser } from "../update-user.ts";
import { findUser } from "./user.tsx";

type Data = { readonly account: Account; readonly required: readonly ProfileField[] };

/** The profile form of another user. Its rules are those of the user's own profile form. */
export const userProfilePage = (depsOf: DepsOf<UpdateUserDeps>): Page<Data> => ({
  path: "/admin/users/:id/profile",
  access: "users:edit",
  title: (t) => t.account.profile,
  back: backToUsers,
  load: async (c) => {
    const account = await findUser(c, depsOf(c));
    if (account instanceof Response) return account;
    return { account, required: depsOf(c).settings.requiredProfileFields };
  },
  view: (p, data) => <ProfileForm p={p} {...data} />,
  submit: (c, form, { account }) => {
    const input = { actor: c.var.actor, id: account.id, caller: c.var.caller };
    return saveProfile(c, form, {
      account,
      save: (change) => updateUser(depsOf(c), { ...input, change }),
      codes: userErrors,
      redirectTo: `/admin/users/${account.id}${searchOf(c)}`,
    });
  },
});
