import { DAY } from "../../../core/clock.ts";
import { fill } from "../../../core/text.ts";
import { CodeForm, ResendForm } from "../../../ui/code-field.tsx";
import { DevMailboxLink } from "../../../ui/dev-mailbox-link.tsx";
import { CheckboxField, Field, Form } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { MAX_TYPED_CODE_LENGTH } from "../../one-time-codes/fields.ts";
import { PasskeyArea } from "../../passkeys/pages/passkey-area.tsx";
import { SENT_FACTOR_KINDS, type SecondFactorKind } from "../policy.ts";

/** What the page of a sign-in's second factor shows. */
export type ChosenFactor = {
  /** The kind whose form the page shows. */
  readonly kind: SecondFactorKind;
  /** The other kinds that the challenge offers. */
  readonly others: readonly SecondFactorKind[];
  /** When the last code was sent. */
  readonly sentAt: number;
  /** Milliseconds for which the user may choose to trust the device. 0: not at all. */
  readonly deviceTrust: number;
};

type FactorProps = { readonly p: PageProps; readonly chosen: ChosenFactor };

export const isSent = (kind: SecondFactorKind): boolean =>
  SENT_FACTOR_KINDS.some((sentKind) => sentKind === kind);

/** The form of the chosen factor. */
export function FactorForm({ p, chosen }: FactorProps) {
  switch (chosen.kind) {
    case "passkey":
      return <PasskeyForm p={p} chosen={chosen} />;
    case "recovery_code":
      return <RecoveryCodeForm p={p} chosen={chosen} />;
    case "totp":
      return (
        <CodeForm p={p}>
          <CommonFields p={p} chosen={chosen} />
        </CodeForm>
      );
    case "email_otp":
    case "sms_otp":
      return <SentCodeForm p={p} chosen={chosen} />;
  }
}

const CommonFields = ({ p, chosen: { kind, deviceTrust } }: FactorProps) => (
  <>
    <input type="hidden" name="factor" value={kind} />
    {deviceTrust > 0 && (
      <CheckboxField
        name="rememberDevice"
        label={fill(p.t.code.rememberDevice, { days: String(Math.round(deviceTrust / DAY)) })}
      />
    )}
  </>
);

const SentCodeForm = ({ p, chosen }: FactorProps) => (
  <>
    <CodeForm p={p}>
      <CommonFields p={p} chosen={chosen} />
    </CodeForm>
    <DevMailboxLink p={p} />
    <ResendForm
      p={p}
      sentAt={chosen.sentAt}
      nothing={chosen.kind === "sms_otp" ? p.t.code.nothingTexted : p.t.code.nothing}
    >
      <input type="hidden" name="factor" value={chosen.kind} />
    </ResendForm>
  </>
);

const RecoveryCodeForm = ({ p, chosen }: FactorProps) => (
  <Form p={p}>
    <Field
      p={p}
      name="code"
      autocomplete="off"
      maxlength={MAX_TYPED_CODE_LENGTH}
      first
      attributes={{ spellcheck: "false", autocapitalize: "none", class: "code" }}
    />
    <CommonFields p={p} chosen={chosen} />
    <button type="submit" class="main">
      {p.t.code.submit}
    </button>
  </Form>
);

const PasskeyForm = ({ p, chosen }: FactorProps) => (
  <PasskeyArea p={p} noScript={p.t.code.needsScript}>
    <Form p={p}>
      <input type="hidden" name="assertion" value="" />
      <CommonFields p={p} chosen={chosen} />
      <button type="submit" class="main">
        {p.t.code.usePasskey}
      </button>
    </Form>
  </PasskeyArea>
);

type OtherFactorsProps = {
  readonly p: PageProps;
  readonly others: readonly SecondFactorKind[];
  readonly returnTarget: ReturnTarget | null;
};

/** A link to each other factor of the challenge, or a button where a code has to be sent first. */
export const OtherFactors = ({ p, others, returnTarget }: OtherFactorsProps) =>
  others.length === 0 ? null : (
    <section aria-labelledby="other-factors">
      <h2 id="other-factors">{p.t.code.others}</h2>
      <ul class="choices">
        {others.map((kind) => (
          <li>
            {isSent(kind) ? (
              <Form p={p} act="send">
                <input type="hidden" name="factor" value={kind} />
                <button type="submit" class="plain">
                  {p.t.code.factors[kind].use}
                </button>
              </Form>
            ) : (
              <a href={factorPath(kind, returnTarget)} class="button">
                {p.t.code.factors[kind].use}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );

/** The page with the form of one factor. */
export const factorPath = (kind: SecondFactorKind, returnTarget: ReturnTarget | null): string =>
  withReturnTarget(`/sign-in/code?factor=${kind}`, returnTarget);
