import { codeField } from "../../challenges/fields.ts";
import type { DepsOf } from "../../http/context.ts";
import { fill } from "../../kernel/text.ts";
import { loginFailures } from "../../login/failures.ts";
import { type FinishLoginDeps, finishLogin } from "../../login/finish-login.ts";
import { type ResendCodeDeps, resendCode } from "../../login/resend-code.ts";
import type { IssueSessionCodeDeps } from "../../login-codes/issue-session-code.ts";
import { CodeField, Resend, readSent, writeSent } from "../code-fields.tsx";
import { Form } from "../fields.tsx";
import { go } from "../go.ts";
import { MailHere } from "../mail-here.tsx";
import type { Page } from "../page.ts";
import { addressCookie, challengeCookie } from "../page-cookies.ts";
import { invalid, readFields } from "../read-fields.ts";
import { refusalOf } from "../refuse.ts";
import { sendOn } from "../send-on.ts";
import { wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";

type Deps = FinishLoginDeps & ResendCodeDeps & IssueSessionCodeDeps;

type Data = {
  readonly challengeId: string;
  readonly sentAt: number;
  readonly address: string | null;
  readonly wayOn: WayOn | null;
};

/** The second step of a sign-in: the mailed code. */
export const codePage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-in/code",
  access: "everybody",
  title: (t) => t.code.title,
  load: (c) => {
    const sent = readSent(challengeCookie.read(c));
    const wayOn = c.var.wayOn ?? null;
    if (!sent.challengeId) return go(c, withWayOn("/sign-in", wayOn));
    return { ...sent, address: addressCookie.read(c) ?? null, wayOn };
  },
  view: (p, { address, sentAt, wayOn }) => (
    <>
      <p class="lead">{address === null ? p.t.code.lead : fill(p.t.code.leadTo, { address })}</p>
      <Form p={p}>
        <CodeField p={p} />
        <button type="submit" class="main">
          {p.t.code.submit}
        </button>
      </Form>
      <MailHere p={p} />
      <Resend p={p} sentAt={sentAt} nothing={p.t.code.nothing} />
      <p class="aside">
        <a href={withWayOn("/sign-in", wayOn)}>{p.t.code.startOver}</a>
      </p>
    </>
  ),
  submit: async (c, form, { challengeId, wayOn }) => {
    const deps = depsOf(c);
    if (form.text("act") === "resend") {
      await resendCode(deps, { challengeId });
      challengeCookie.write(c, writeSent(challengeId, deps.clock));
      return go(c, withWayOn("/sign-in/code", wayOn), "codeSent");
    }
    const read = readFields(wordsOf(c), form, { code: codeField });
    if ("refusal" in read) return read.refusal;
    const result = await finishLogin(deps, { challengeId, ...read.values, caller: c.var.caller });
    if (!result.ok) {
      return result.error.reason === "code_wrong"
        ? invalid({ code: wordsOf(c).problems.codeWrong })
        : refusalOf(c, loginFailures[result.error.reason], result.error);
    }
    challengeCookie.clear(c);
    addressCookie.clear(c);
    return sendOn(c, deps, result.value);
  },
});
