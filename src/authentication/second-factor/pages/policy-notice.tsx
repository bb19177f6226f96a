import type { PageProps } from "../../../ui/page.ts";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { isSecond, type TwoStepData } from "./two-step-data.ts";

/** What the policy of the service requires of this user. Nothing if the user decides. */
export function PolicyNotice({ p, data }: { readonly p: PageProps; readonly data: TwoStepData }) {
  const { policy, factors, isRestricted, enrolmentDueAt } = data;
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
  if (enrolmentDueAt !== null && enrolmentDueAt > p.now && !factors.some(isSecond)) {
    return (
      <p class="alert" role="status">
        {t.setUpBefore} <LocalTime p={p} at={enrolmentDueAt} />
      </p>
    );
  }
  return <p class="faint">{policy === "required" ? t.required : t.newDevice}</p>;
}
