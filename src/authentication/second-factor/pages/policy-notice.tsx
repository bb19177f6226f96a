import { Form } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { hasStrongerFactor, type TwoStepData } from "./two-step-data.ts";

type Props = { readonly p: PageProps; readonly data: TwoStepData };

/** What the policy of the service requires of this user. Nothing if the user decides. */
export function PolicyNotice({ p, data }: Props) {
  const t = p.t.twoStep;
  const { policy, isRestricted } = data;
  if (isRestricted) {
    return (
      <>
        <p class="alert" role="status">
          {t.setUpNow}
        </p>
        {hasStrongerFactor(data) && (
          <section class="card">
            <p>{t.confirmNow}</p>
            <Form p={p} act="confirm">
              <button type="submit" class="main">
                {p.t.confirm.confirm}
              </button>
            </Form>
          </section>
        )}
      </>
    );
  }
  if (policy === "off") return <p class="faint">{t.notAsked}</p>;
  if (policy === "optional") return null;
  return <p class="faint">{policy === "required" ? t.required : t.newDevice}</p>;
}
