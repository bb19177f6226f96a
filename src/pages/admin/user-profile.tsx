import type { Account, ProfileField } from "../../accounts/account.ts";
import type { DepsOf } from "../../http/context.ts";
import { type EditUserDeps, editUser } from "../../users/edit-user.ts";
import { userFailures } from "../../users/failures.ts";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { ProfileForm, profileRefusal, readProfile } from "../profile-form.tsx";
import { refusalOf } from "../refuse.ts";
import { searchOf, wordsOf } from "../show-page.tsx";
import { backToUsers } from "./paging.tsx";
import { findUser } from "./user.tsx";

type Data = { readonly account: Account; readonly required: readonly ProfileField[] };

/** Somebody's profile, under the rules that they have themselves. */
export const userProfilePage = (depsOf: DepsOf<EditUserDeps>): Page<Data> => ({
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
  submit: async (c, form, { account }) => {
    const t = wordsOf(c);
    const read = readProfile(t, form, account);
    if ("refusal" in read) return read.refusal;
    const { change } = read;
    const there = `/admin/users/${account.id}${searchOf(c)}`;
    if (Object.keys(change).length === 0) return go(c, there, "saved");
    const input = { actor: c.var.session.account, id: account.id, change, caller: c.var.caller };
    const result = await editUser(depsOf(c), input);
    if (result.ok) return go(c, there, "saved");
    return profileRefusal(t, result.error) ?? refusalOf(c, userFailures[result.error.reason]);
  },
});
