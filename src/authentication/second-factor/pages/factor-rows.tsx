import type { PageProps } from "../../../ui/page.ts";
import { LocalTime, TimeAgo } from "../../../ui/relative-time.tsx";
import { Row } from "../../../ui/settings-rows.tsx";
import type { FactorSummary } from "../factor.ts";
import { isSent } from "./factor-forms.tsx";
import { factorName } from "./factor-name.ts";
import { isSecond, type TwoStepData } from "./two-step-data.ts";

type Props = { readonly p: PageProps; readonly data: TwoStepData };

/** Authenticators, and the passkeys that are used as second factors. Codes that are sent have switches of their own. */
export function FactorRows({ p, data: { factors, allowed } }: Props) {
  const t = p.t.twoStep;
  const listed = factors.filter((factor) => isSecond(factor) && !isSent(factor.kind));
  return (
    <section class="card">
      <h2>{t.factors}</h2>
      {listed.length === 0 ? (
        <p class="faint">{t.none}</p>
      ) : (
        <div>
          {listed.map((factor) => (
            <Row href={pageOf(factor)} label={factorName(p.t, factor)}>
              {factor.label !== null && `${t.kinds[factor.kind]} · `}
              <FactorUse p={p} factor={factor} />
            </Row>
          ))}
        </div>
      )}
      {allowed.includes("totp") && (
        <a class="button" href={`/account/two-step/authenticator${p.search}`}>
          {t.addAuthenticator}
        </a>
      )}
    </section>
  );
}

function pageOf({ kind, id }: FactorSummary): string {
  switch (kind) {
    case "totp":
      return `/account/two-step/factors/${id}`;
    case "passkey":
      return `/account/passkeys/${id}`;
    case "sms_otp":
      return "/account/phone";
    case "email_otp":
      return "/account/two-step";
  }
}

/** When a factor was added and last used. */
export const FactorUse = ({ p, factor }: { readonly p: PageProps; readonly factor: FactorSummary }) => (
  <>
    {p.t.twoStep.added} <LocalTime p={p} at={factor.createdAt} />
    {" · "}
    {factor.lastUsedAt === null ? (
      p.t.twoStep.neverUsed
    ) : (
      <>
        {p.t.twoStep.lastUsed} <TimeAgo p={p} at={factor.lastUsedAt} />
      </>
    )}
  </>
);
