import { fill } from "../../../../core/text.ts";
import type { PageProps } from "../../../../ui/page.ts";
import { isSecond, type TwoStepData } from "../../pages/two-step-data.ts";
import { FEW_RECOVERY_CODES } from "../recovery-code.ts";

/** How many recovery codes are left, and a link to create a new set. Nothing without a second factor. */
export function RecoveryCodesLeft({ p, data }: { readonly p: PageProps; readonly data: TwoStepData }) {
  const { factors, recoveryCodesLeft: left, allowed } = data;
  if (!factors.some(isSecond) || !allowed.includes("recovery_code")) return null;
  const t = p.t.recoveryCodes;
  return (
    <section class="card">
      <h2>{t.title}</h2>
      <p class="faint">{t.lead}</p>
      {left === 0 ? (
        <p>{t.none}</p>
      ) : (
        <p class={left <= FEW_RECOVERY_CODES ? "problem" : undefined}>
          {fill(left <= FEW_RECOVERY_CODES ? t.few : t.left, { count: String(left) })}
        </p>
      )}
      <a class="button" href="/account/two-step/recovery-codes">
        {left === 0 ? t.create : t.replace}
      </a>
    </section>
  );
}
