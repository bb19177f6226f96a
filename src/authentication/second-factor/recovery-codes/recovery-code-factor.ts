import { DAY } from "../../../core/clock.ts";
import type { SecondFactor } from "../second-factor.ts";
import { findRecoveryCode } from "./recovery-code.ts";

/** A code of the set that the user has kept, for a lost factor. Its use is reported by mail. */
export const recoveryCodeFactor: SecondFactor = {
  kind: "recovery_code",
  prompt: "Enter one of your recovery codes.",
  needsNoSetup: false,
  begin: async () => ({ codeHash: "", mail: null }),
  async verify({ secrets, clock, messages }, { account, recoveryCodes }, answer) {
    if (answer.by !== "code") return null;
    const { code } = answer;
    const used = await findRecoveryCode({ secrets }, { accountId: account.id, code, stored: recoveryCodes });
    if (!used) return null;
    const left = String(recoveryCodes.length - 1);
    const notice = await messages.create(
      { kind: "recovery_code_used", left },
      { expiresAt: clock.now() + DAY },
    );
    return { factorId: null, amr: ["otp"], consumes: { of: "recovery_code", codeId: used.id, notice } };
  },
};
