import type { Account } from "../../accounts/account.ts";
import { type ChooseSecondStepDeps, chooseSecondStep } from "../../accounts/choose-second-step.ts";
import { passwordField } from "../../accounts/fields.ts";
import { type ReadWaysInDeps, readWaysIn } from "../../accounts/read-ways-in.ts";
import type { DepsOf } from "../../http/context.ts";
import { Form, PasswordField } from "../fields.tsx";
import { go } from "../go.ts";
import type { Page } from "../page.ts";
import { readFields } from "../read-fields.ts";
import { wordsOf } from "../show-page.tsx";
import { Badge, backToAccount } from "./rows.tsx";
import { unconfirmed } from "./unconfirmed.ts";

type Deps = ChooseSecondStepDeps & ReadWaysInDeps & { readonly settings: { readonly loginOtp: string } };
type Data = { readonly isOn: boolean; readonly isForAll: boolean };

/** The code by mail with every sign-in: on or off, by the password. */
export const secondStepPage = (depsOf: DepsOf<Deps>): Page<Data, Account> => ({
  path: "/account/second-step",
  access: "signed_in",
  title: (t) => t.account.secondStep,
  back: backToAccount,
  load: (c) => c.var.session.account,
  gather: async (c, { id }) => {
    const { secondStep } = await readWaysIn(depsOf(c), { accountId: id });
    return { isOn: secondStep, isForAll: depsOf(c).settings.loginOtp === "always" };
  },
  view: (p, { isOn, isForAll }) => (
    <section class="card">
      <p>
        <Badge good={isOn || isForAll}>{isOn || isForAll ? p.t.account.on : p.t.account.off}</Badge>
      </p>
      <p class="lead">{isForAll ? p.t.secondStep.forAll : p.t.secondStep.lead}</p>
      <Form p={p} act={isOn ? "off" : "on"}>
        <PasswordField p={p} name="password" />
        <button type="submit" class={isOn ? "bad" : "main"}>
          {isOn ? p.t.secondStep.turnOff : p.t.secondStep.turnOn}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form, account) => {
    const read = readFields(wordsOf(c), form, { password: passwordField });
    if ("refusal" in read) return read.refusal;
    const enabled = form.text("act") === "on";
    const input = { account, enabled, ...read.values, caller: c.var.caller };
    const result = await chooseSecondStep(depsOf(c), input);
    return result.ok ? go(c, "/account", "saved") : unconfirmed(c, result.error);
  },
});
