import type { Account } from "../../../accounts/account.ts";
import { passwordField } from "../../../accounts/fields.ts";
import { type ReadSignInMethodsDeps, readSignInMethods } from "../../../accounts/read-sign-in-methods.ts";
import type { DepsOf } from "../../../http/context.ts";
import { Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { readFields } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { Badge, backToAccount } from "../../../ui/settings-rows.tsx";
import { reauthenticationError } from "../../reauthentication/pages/reauthentication-error.ts";
import { requireConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { type SetSecondFactorDeps, setSecondFactor } from "../set-second-factor.ts";

type Deps = SetSecondFactorDeps & ReadSignInMethodsDeps;
type Data = { readonly isOn: boolean; readonly isRequiredForAll: boolean };

/** Switches the mailed code of every sign-in on or off, after a password confirmation. */
export const secondFactorPage = (depsOf: DepsOf<Deps>): Page<Data, Account> => ({
  path: "/account/two-step-verification",
  access: "signed_in",
  title: (t) => t.account.secondFactor,
  back: backToAccount,
  load: async (c) => (await requireConfirmation(c, depsOf(c))) ?? c.var.session.account,
  loadData: async (c, { id }) => {
    const { secondFactor } = await readSignInMethods(depsOf(c), { accountId: id });
    return {
      isOn: secondFactor,
      isRequiredForAll: depsOf(c).settings.secondFactor.policies[c.var.session.account.role] === "required",
    };
  },
  view: (p, { isOn, isRequiredForAll }) => (
    <section class="card">
      <p>
        <Badge good={isOn || isRequiredForAll}>
          {isOn || isRequiredForAll ? p.t.account.on : p.t.account.off}
        </Badge>
      </p>
      <p class="lead">{isRequiredForAll ? p.t.secondFactor.forAll : p.t.secondFactor.lead}</p>
      <Form p={p} act={isOn ? "off" : "on"}>
        <PasswordField p={p} name="password" />
        <button type="submit" class={isOn ? "bad" : "main"}>
          {isOn ? p.t.secondFactor.turnOff : p.t.secondFactor.turnOn}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form) => {
    const read = readFields(wordsOf(c), form, { password: passwordField });
    if ("refusal" in read) return read.refusal;
    const enabled = form.text("act") === "on";
    const input = { session: c.var.session, enabled, ...read.values, caller: c.var.caller };
    const result = await setSecondFactor(depsOf(c), input);
    return result.ok
      ? redirectWithFlash(c, "/account", "saved")
      : reauthenticationError(c, depsOf(c), result.error);
  },
});
