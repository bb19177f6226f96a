import type { Account, ProfileField } from "../../accounts/account.ts";
import { accountFailures } from "../../accounts/failures.ts";
import { type UpdateProfileDeps, updateProfile } from "../../accounts/update-profile.ts";
import type { DepsOf } from "../../http/context.ts";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { ProfileForm, profileRefusal, readProfile } from "../profile-form.tsx";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";
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
  submit: async (c, form, { account }) => {
    const t = wordsOf(c);
    const read = readProfile(t, form, account);
    if ("refusal" in read) return read.refusal;
    const { change } = read;
    if (Object.keys(change).length === 0) return go(c, "/account", "saved");
    const result = await updateProfile(depsOf(c), { account, actor: account, change, caller: c.var.caller });
    if (result.ok) return go(c, "/account", "saved");
    const { error } = result;
    return profileRefusal(t, error) ?? refusalOf(c, accountFailures[error.reason]);
  },
});
