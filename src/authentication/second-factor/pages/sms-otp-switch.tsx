import { fill } from "../../../core/text.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { Badge } from "../../../ui/settings-rows.tsx";
import { FactorUse } from "./factor-rows.tsx";
import type { TwoStepData } from "./two-step-data.ts";

/** Switches the texted code on or off. Nothing where the service does not allow it. It needs a verified number. */
export function SmsOtpSwitch({ p, data }: { readonly p: PageProps; readonly data: TwoStepData }) {
  const factor = data.factors.find(({ kind }) => kind === "sms_otp");
  const t = p.t.twoStep;
  if (!factor && !data.allowed.includes("sms_otp")) return null;
  return (
    <section class="card">
      <h2>
        {t.kinds.sms_otp} <Badge good={!!factor}>{factor ? p.t.account.on : p.t.account.off}</Badge>
      </h2>
      {factor && (
        <p class="faint">
          <FactorUse p={p} factor={factor} />
        </p>
      )}
      <SmsOtpForm p={p} isOn={!!factor} />
    </section>
  );
}

function SmsOtpForm({ p, isOn }: { readonly p: PageProps; readonly isOn: boolean }) {
  const t = p.t.twoStep;
  const { phone, phoneVerifiedAt } = p.account ?? { phone: null, phoneVerifiedAt: null };
  if (!isOn && (phone === null || phoneVerifiedAt === null)) {
    return (
      <>
        <p class="faint">{t.smsNeedsPhone}</p>
        <a class="button" href="/account/phone">
          {t.smsAddPhone}
        </a>
      </>
    );
  }
  return (
    <>
      <p class="faint">{fill(t.smsLead, { phone: phone ?? "" })}</p>
      <Form p={p} act={isOn ? "sms-off" : "sms-on"}>
        <button type="submit" class={isOn ? "bad" : undefined}>
          {isOn ? t.smsOff : t.smsOn}
        </button>
      </Form>
    </>
  );
}
