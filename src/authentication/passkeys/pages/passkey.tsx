import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form } from "../../../ui/form-fields.tsx";
import type { FormFailure, Page, PageContext, PageProps } from "../../../ui/page.ts";
import { readFields } from "../../../ui/read-fields.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { factorErrors } from "../../second-factor/factor-errors.ts";
import { MAX_LABEL_LENGTH, optionalLabelField } from "../../second-factor/factors/fields.ts";
import { type RemoveFactorDeps, removeFactor } from "../../second-factor/remove-factor.ts";
import { type RenameFactorDeps, renameFactor } from "../../second-factor/rename-factor.ts";
import {
  type SetPasskeyAsSecondFactorDeps,
  setPasskeyAsSecondFactor,
} from "../../second-factor/set-passkey-as-second-factor.ts";
import { type ListPasskeysDeps, listPasskeys } from "../list-passkeys.ts";
import type { Passkey } from "../passkey.ts";
import { PASSKEYS_PATH } from "./create-passkey.tsx";

type Deps = ListPasskeysDeps & RenameFactorDeps & SetPasskeyAsSecondFactorDeps & RemoveFactorDeps;
type Props = { readonly p: PageProps; readonly passkey: Passkey };

/** Renames and removes one passkey, and switches whether a sign-in by another method asks for it. */
export const passkeyPage = (depsOf: DepsOf<Deps>): Page<Passkey> => ({
  path: "/account/passkeys/:id",
  access: "signed_in",
  title: (t, { label }) => label ?? t.passkeys.unnamed,
  back: (t) => ({ href: PASSKEYS_PATH, label: t.passkeys.title }),
  load: async (c) => {
    const passkeys = await listPasskeys(depsOf(c), { accountId: c.var.session.account.id });
    return passkeys.find(({ id }) => id === c.req.param("id")) ?? refuse(c, "not_found");
  },
  view: (p, passkey) => (
    <>
      <Rename p={p} passkey={passkey} />
      <Use p={p} passkey={passkey} />
      <Remove p={p} passkey={passkey} />
    </>
  ),
  submit: (c, form, { id }) => {
    switch (form.text("act")) {
      case "remove":
        return remove(c, depsOf(c), id);
      case "rename":
        return rename(c, depsOf(c), form, id);
      default:
        return setUse(c, depsOf(c), id, form.text("act") === "ask");
    }
  },
});

const Rename = ({ p, passkey }: Props) => (
  <section class="card">
    <Form p={p} act="rename">
      <Field
        p={p}
        name="factorLabel"
        value={passkey.label}
        autocomplete="off"
        maxlength={MAX_LABEL_LENGTH}
        optional
      />
      <button type="submit">{p.t.save}</button>
    </Form>
  </section>
);

const Use = ({ p, passkey: { isSecondFactor } }: Props) => (
  <section class="card">
    <h2>{p.t.passkeys.useTitle}</h2>
    <p>{isSecondFactor ? p.t.passkeys.isAsked : p.t.passkeys.isNotAsked}</p>
    <Form p={p} act={isSecondFactor ? "spare" : "ask"}>
      <button type="submit">{isSecondFactor ? p.t.passkeys.spare : p.t.passkeys.ask}</button>
    </Form>
  </section>
);

const Remove = ({ p, passkey: { label } }: Props) => (
  <section class="card">
    <h2>{p.t.passkeys.removeTitle}</h2>
    <p>{p.t.passkeys.removeLead}</p>
    <Form
      p={p}
      act="remove"
      confirm={fill(p.t.passkeys.removeConfirm, { name: label ?? p.t.passkeys.unnamed })}
    >
      <button type="submit" class="bad">
        {p.t.passkeys.remove}
      </button>
    </Form>
  </section>
);

async function rename(c: PageContext, deps: Deps, form: Posted, id: string): Promise<Response | FormFailure> {
  const read = readFields(wordsOf(c), form, { factorLabel: optionalLabelField });
  if ("refusal" in read) return read.refusal;
  const { session, caller } = c.var;
  const { factorLabel: label = null } = read.values;
  return answer(c, deps, await renameFactor(deps, { session, id, label, caller }), "saved");
}

async function setUse(c: PageContext, deps: Deps, id: string, isSecondFactor: boolean) {
  const { session, caller } = c.var;
  const result = await setPasskeyAsSecondFactor(deps, { session, id, isSecondFactor, caller });
  return answer(c, deps, result, "saved");
}

async function remove(c: PageContext, deps: Deps, id: string): Promise<Response | FormFailure> {
  const { session, caller } = c.var;
  return answer(c, deps, await removeFactor(deps, { session, id, caller }), "factorRemoved");
}

type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: { readonly reason: keyof typeof factorErrors } };

function answer(
  c: PageContext,
  deps: Deps,
  result: Outcome,
  notice: "saved" | "factorRemoved",
): Response | FormFailure {
  if (result.ok) return redirectWithFlash(c, PASSKEYS_PATH, notice);
  const { reason } = result.error;
  if (reason === "reauthentication_required") return redirectToConfirmation(c, deps);
  const sentence = reason === "last_second_factor" ? wordsOf(c).twoStep.lastOne : undefined;
  return formFailure(c, factorErrors[reason], undefined, sentence);
}
