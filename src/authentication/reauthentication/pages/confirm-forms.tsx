import type { Account } from "../../../accounts/account.ts";
import { fill } from "../../../core/text.ts";
import { CodeForm, ResendForm } from "../../../ui/code-field.tsx";
import { DevMailboxLink } from "../../../ui/dev-mailbox-link.tsx";
import { Field, Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { MAX_TYPED_CODE_LENGTH } from "../../one-time-codes/fields.ts";
import { PasskeyArea } from "../../passkeys/pages/passkey-area.tsx";
import type { ReauthenticationOptions } from "../read-reauthentication-options.ts";
import type { ReauthenticationMethod } from "../rules.ts";
import { CONFIRMATION_PAGE, type Confirmation } from "./confirmation-cookie.ts";

type Props = { readonly p: PageProps; readonly options: ReauthenticationOptions };

/** The code that was sent for this confirmation. */
export const SentCodeForm = ({
  p,
  account,
  confirmation,
  method,
}: {
  readonly p: PageProps;
  readonly account: Account;
  readonly confirmation: Confirmation;
  readonly method: ReauthenticationMethod;
}) => (
  <>
    <p class="lead">
      {method === "sms_otp"
        ? p.t.code.factors.sms_otp.lead
        : fill(p.t.code.leadTo, { address: account.email })}
    </p>
    <CodeForm p={p} />
    <DevMailboxLink p={p} />
    <ResendForm
      p={p}
      sentAt={confirmation.sentAt}
      nothing={method === "sms_otp" ? p.t.code.nothingTexted : p.t.code.nothing}
    />
  </>
);

/**
 * The script of the passkeys fills in `assertion` and submits the form. The password follows where a passkey that did not
 * verify the user is not enough.
 */
const PasskeyForm = ({ p }: { readonly p: PageProps }) => (
  <>
    <p class="lead">{p.t.confirm.leads.passkey}</p>
    <PasskeyArea p={p} options="/me/reauthenticate/options" noScript={p.t.confirm.passkeyNeedsScript}>
      <Form p={p}>
        <input type="hidden" name="factor" value="passkey" />
        {p.problems.password && <PasswordField p={p} name="password" first />}
        <input type="hidden" name="assertion" value="" />
        <button type="submit" class="main">
          {p.t.confirm.passkeySubmit}
        </button>
      </Form>
    </PasskeyArea>
  </>
);

function leadOf({ t }: PageProps, method: ReauthenticationMethod, takesPassword: boolean): string {
  const { lead, leads, leadsWithPassword } = t.confirm;
  if (!takesPassword) return leads[method];
  switch (method) {
    case "totp":
    case "recovery_code":
      return leadsWithPassword[method];
    case "email_otp":
    case "sms_otp":
      return lead;
    default:
      return leads[method];
  }
}

/** The form of one method. The password stands before the factor where both are due. */
export function MethodForm({
  p,
  options: { needsBoth, hasPassword },
  method,
}: Props & { readonly method: ReauthenticationMethod }) {
  if (method === "passkey") return <PasskeyForm p={p} />;
  const t = p.t.confirm;
  const takesPassword = method === "password" || needsBoth;
  const isSent = method === "email_otp" || method === "sms_otp";
  const lead = leadOf(p, method, hasPassword && needsBoth);
  return (
    <>
      <p class="lead">{lead}</p>
      <Form p={p}>
        <input type="hidden" name="factor" value={method} />
        {(takesPassword || p.problems.password) && <PasswordField p={p} name="password" first />}
        {(method === "totp" || method === "recovery_code") && (
          <FactorCodeField p={p} method={method} first={!takesPassword} />
        )}
        <button type="submit" class="main">
          {isSent ? t.submit : t.confirm}
        </button>
      </Form>
    </>
  );
}

const FactorCodeField = ({
  p,
  method,
  first,
}: {
  readonly p: PageProps;
  readonly method: "totp" | "recovery_code";
  readonly first: boolean;
}) => (
  <Field
    p={p}
    name="code"
    autocomplete={method === "totp" ? "one-time-code" : "off"}
    inputmode={method === "totp" ? "numeric" : undefined}
    maxlength={MAX_TYPED_CODE_LENGTH}
    first={first}
    attributes={{ class: "code", autocapitalize: "none", spellcheck: "false" }}
  />
);

/** Links to the other methods of the account. */
export function OtherMethods({
  p,
  options,
  method,
}: Props & { readonly method: ReauthenticationMethod | null }) {
  const others = options.methods.filter((each) => each !== method);
  if (others.length === 0) return null;
  return (
    <>
      <h2>{p.t.confirm.otherMethods}</h2>
      <ul class="choices">
        {others.map((each) => (
          <li>
            <a href={`${CONFIRMATION_PAGE}?${withMethod(p.search, each)}`}>{p.t.confirm.methods[each]}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Instead of a form: the account has no factor that reaches what an application asks for. */
export const EnrolmentAdvice = ({ p }: { readonly p: PageProps }) => (
  <>
    <p>{p.t.confirm.noMethod}</p>
    <p>
      <a class="button main" href="/account/two-step">
        {p.t.confirm.setUp}
      </a>
    </p>
  </>
);

/** The application decides whether what the session has is enough. */
export const ContinueWithout = ({
  p,
  returnTarget,
}: {
  readonly p: PageProps;
  readonly returnTarget: string;
}) => (
  <p class="aside">
    <a href={returnTarget}>{p.t.confirm.continueWithout}</a>
  </p>
);

function withMethod(search: string, method: ReauthenticationMethod): string {
  const query = new URLSearchParams(search);
  query.set("factor", method);
  return query.toString();
}
