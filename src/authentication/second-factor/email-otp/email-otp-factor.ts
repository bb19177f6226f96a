import { isHashOfCode, newCode } from "../../one-time-codes/new-code.ts";
import type { SecondFactor } from "../second-factor.ts";

/** A code by mail. It needs no setup: an account that may sign in has a verified address. */
export const emailOtpFactor: SecondFactor = {
  kind: "email_otp",
  amr: ["otp"],
  prompt: "We have sent you a code.",
  isAvailable: () => true,
  async begin(deps, { id, expiresAt }) {
    const { code, codeHash } = await newCode(deps, id);
    return { codeHash, mail: await deps.messages.create({ kind: "login_code", code }, { expiresAt }) };
  },
  verify: async (deps, { id, codeHash }, answer) =>
    (await isHashOfCode(deps, id, answer, codeHash)) ? { factorId: null } : null,
};
