import type { Account, ProfileField } from "../../accounts/account.ts";
import { accountFailures } from "../../accounts/failures.ts";
import { type UpdateProfileDeps, updateProfile } from "../../accounts/update-profile.ts";
import type { DepsOf } from "../../http/context.ts";
import type { Page } from "../page.ts";
import { ProfileForm, saveProfile } from "../profile-form.tsx";
import { backToAccount } from "./rows.tsx";

type Data = { readonly account: Account; readonly required: readonly ProfileField[] };

/** One's own profile. */
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
      save: (change) => updateProfile(depsOf(c), { account, actor: account, change, caller: c.var.caller }),
      codes: accountFailures,
      there: "/account",
    }),
});
