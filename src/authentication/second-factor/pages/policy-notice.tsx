import type { PageProps } from "../../../ui/page.ts";
import type { TwoStepData } from "./two-step-data.ts";

type Props = { readonly p: PageProps; readonly data: TwoStepData };

/** What the policy of the service requires of this user. Nothing if the user decides. */
export function PolicyNotice({ p, data: { policy, isRestricted } }: Props) {
  const t = p.t.twoStep;
  if (isRestricted) {
    return (
      <p class="alert" role="status">
        {t.setUpNow}
      </p>
    );
  }
  if (policy === "off") return <p class="faint">{t.notAsked}</p>;
  if (policy === "optional") return null;
  return <p class="faint">{policy === "required" ? t.required : t.newDevice}</p>;
}
