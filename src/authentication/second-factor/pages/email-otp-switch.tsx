import { fill } from "../../../core/text.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { Badge } from "../../../ui/settings-rows.tsx";
import { hasStrongerFactor, type TwoStepData } from "./two-step-data.ts";

/** Switches the mailed code on or off. Nothing where the service does not allow it. */
export function EmailOtpSwitch({ p, data }: { readonly p: PageProps; readonly data: TwoStepData }) {
  const isOn = data.factors.some(({ kind }) => kind === "email_otp");
  const t = p.t.twoStep;
  if (!isOn && !data.allowed.includes("email_otp")) return null;
  const isFallback = !isOn && data.policy === "required" && !hasStrongerFactor(data);
  return (
    <section class="card">
      <h2>
        {t.kinds.email_otp}{" "}
        <Badge good={isOn || isFallback}>{isOn || isFallback ? p.t.account.on : p.t.account.off}</Badge>
      </h2>
      <p class="faint">{fill(t.emailLead, { address: p.account?.email ?? "" })}</p>
      {isFallback && <p class="faint">{t.emailFallback}</p>}
      <Form p={p} act={isOn ? "email-off" : "email-on"}>
        <button type="submit" class={isOn ? "bad" : undefined}>
          {isOn ? t.emailOff : t.emailOn}
        </button>
      </Form>
    </section>
  );
}
