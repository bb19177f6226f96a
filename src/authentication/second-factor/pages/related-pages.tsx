import type { PageProps } from "../../../ui/page.ts";
import { Row, Rows } from "../../../ui/settings-rows.tsx";
import type { TwoStepData } from "./two-step-data.ts";

/** The page of the passkeys, where the service has a use for one, and that of the devices. */
export function RelatedPages({ p, data }: { readonly p: PageProps; readonly data: TwoStepData }) {
  const { factors, allowed, isRestricted, signsInByPasskey } = data;
  const mayBeSecond = allowed.includes("passkey");
  const hasPasskey = factors.some(({ kind }) => kind === "passkey");
  const showsPasskeys = isRestricted ? mayBeSecond : mayBeSecond || signsInByPasskey || hasPasskey;
  if (isRestricted && !showsPasskeys) return null;
  return (
    <Rows title={p.t.twoStep.related}>
      {showsPasskeys && (
        <Row href="/account/passkeys" label={p.t.twoStep.passkeys}>
          {p.t.twoStep.passkeysHint}
        </Row>
      )}
      {!isRestricted && (
        <Row href="/account/devices" label={p.t.devices.title}>
          {p.t.account.devicesHint}
        </Row>
      )}
    </Rows>
  );
}
