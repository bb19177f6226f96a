import type { DepsOf } from "../../http/context.ts";
import type { Page } from "../../ui/page.ts";
import { backToAccount } from "../../ui/settings-rows.tsx";
import type { Account, ProfileField } from "../account.ts";
import { accountErrors } from "../errors.ts";
import { type UpdateProfileDeps, updateProfile } from "../update-profile.ts";
import { ProfileForm, saveProfile } from "./profile-form.tsx";

type Data = { readonly account: Account; readonly required: readonly ProfileField[] };

/** The user's own profile. */
export const profilePage = (depsOf: DepsOf<UpdateProfileDeps>): Page<Data> => ({
  path: "/account/profile",
  access: "signed_in",
  title: (t) => t.account.profile,
  back: backToAccount,
  load: (c) => ({ account: c.var.session.account, required: depsOf(c).settings.requiredProfileFields }),
  view: (p, data) => <ProfileForm p={p} {...data} />,
  submit: (c, form, { account }) =>
    saveProfile(c, form, {
      account,
      save: (change) =>
        updateProfile(depsOf(c), { account, actor: c.var.actor, change, caller: c.var.caller }),
      codes: accountErrors,
      redirectTo: "/account",
    }),
});
