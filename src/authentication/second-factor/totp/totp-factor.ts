import type { SecondFactor } from "../second-factor.ts";
import { matchingTimeStep } from "./totp.ts";
import { openTotpSecret } from "./totp-secret.ts";

/** The codes of an authenticator app (RFC 6238). An account may have several; the first whose code matches counts. */
export const totpFactor: SecondFactor = {
  kind: "totp",
  prompt: "Enter the code of your authenticator app.",
  needsNoSetup: false,
  begin: async () => ({ codeHash: "", mail: null }),
  async verify({ secrets, clock }, { account, factors }, answer) {
    if (answer.by !== "code") return null;
    const now = clock.now();
    for (const { id: factorId, kind, secret: sealed, lastStep } of factors) {
      if (kind !== "totp" || sealed === null) continue;
      const opened = await openTotpSecret(secrets, { accountId: account.id, factorId }, sealed);
      const step = opened && matchingTimeStep(opened.secret, { code: answer.code, lastStep, now });
      if (!opened || step === null) continue;
      const { resealed } = opened;
      return { factorId, amr: ["otp"], consumes: { of: "totp", factorId, step, resealed } };
    }
    return null;
  },
};
