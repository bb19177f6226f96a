import { isHashOfCode, newCode } from "../../one-time-codes/new-code.ts";
import type { SecondFactor } from "../second-factor.ts";

/** A code by mail. It needs no setup: an account that may sign in has a verified address. */
export const emailOtpFactor: SecondFactor = {
  kind: "email_otp",
  prompt: "We have sent you a code.",
  needsNoSetup: true,
  async begin(deps, { id, expiresAt }) {
    const { code, codeHash } = await newCode(deps, id);
    return { codeHash, mail: await deps.messages.create({ kind: "login_code", code }, { expiresAt }) };
  },
  async verify(deps, { id, codeHash }, answer) {
    if (answer.by !== "code" || !(await isHashOfCode(deps, id, answer.code, codeHash))) return null;
    return { factorId: null, amr: ["otp"], consumes: null };
  },
};
