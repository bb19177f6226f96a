import { fill } from "../../../../core/text.ts";
import type { PageProps } from "../../../../ui/page.ts";
import type { ListedFactors } from "../../list-factors.ts";
import { FEW_RECOVERY_CODES } from "../recovery-code.ts";

type Props = { readonly p: PageProps; readonly factors: ListedFactors };

/** Warns of few recovery codes. Nothing if the account has enough of them, or has none. */
export const FewRecoveryCodes = ({ p, factors: { recoveryCodesLeft: left } }: Props) =>
  left > 0 && left <= FEW_RECOVERY_CODES ? (
    <span class="problem"> {fill(p.t.recoveryCodes.few, { count: String(left) })}</span>
  ) : null;
