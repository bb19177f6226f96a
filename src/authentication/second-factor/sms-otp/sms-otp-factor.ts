import { isHashOfCode, newCode } from "../../one-time-codes/new-code.ts";
import type { SecondFactor } from "../second-factor.ts";

/** A code by SMS, to the verified number of the account. Its factor row says that the user has enabled it. */
export const smsOtpFactor: SecondFactor = {
  kind: "sms_otp",
  prompt: "We have texted you a code.",
  needsNoSetup: false,
  async begin(deps, { id, expiresAt, phone }) {
    const { code, codeHash } = await newCode(deps, id);
    if (phone === null) return { codeHash: "", mail: null };
    const mail = await deps.messages.create({ kind: "sign_in_text", code }, { expiresAt, to: phone });
    return { codeHash, mail };
  },
  async verify(deps, { id, codeHash, factors }, answer) {
    const factor = factors.find(({ kind }) => kind === "sms_otp");
    if (!factor || answer.by !== "code" || !(await isHashOfCode(deps, id, answer.code, codeHash)))
      return null;
    return { factorId: factor.id, amr: ["sms"], consumes: null };
  },
};
