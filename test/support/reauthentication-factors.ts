import { env } from "cloudflare:workers";
import { emailOtpFactor } from "../../src/authentication/second-factor/email-otp/email-otp-factor.ts";
import type { SecondFactor } from "../../src/authentication/second-factor/second-factor.ts";
import { insertFactor } from "./number-factor.ts";
import type { Service } from "./service.ts";
import { accountIdOf } from "./users.ts";

// Factors whose answers a test can write down: the rules of the reauthentication are the same for them as for those of
// the service, which have tests of their own.

const base = { needsNoSetup: false, begin: async () => ({ codeHash: "", mail: null }) };

/** Its code is stored as it is, and is consumed as the time step 1. */
const totpFactor: SecondFactor = {
  ...base,
  kind: "totp",
  prompt: "Enter the code of your app.",
  async verify(_deps, { factors }, answer) {
    const factor = factors.find(
      ({ kind, secret }) => kind === "totp" && answer.by === "code" && secret === answer.code,
    );
    if (!factor) return null;
    return { factorId: factor.id, amr: ["otp"], consumes: { of: "totp", factorId: factor.id, step: 1 } };
  },
};

const recoveryCodeFactor: SecondFactor = {
  ...base,
  kind: "recovery_code",
  prompt: "Enter a recovery code.",
  async verify(_deps, { recoveryCodes }, answer) {
    const code = recoveryCodes.find(({ codeHash }) => answer.by === "code" && codeHash === answer.code);
    return code ? { factorId: null, amr: ["otp"], consumes: { of: "recovery_code", codeId: code.id } } : null;
  },
};

type Assertion = { readonly challenge?: unknown; readonly isUserVerified?: unknown };

const passkeyFactor: SecondFactor = {
  ...base,
  kind: "passkey",
  prompt: "Use your passkey.",
  async verify(_deps, { factors, webauthnChallenges }, answer) {
    const assertion: Assertion =
      answer.by === "assertion" && typeof answer.assertion === "object" ? { ...answer.assertion } : {};
    const open = webauthnChallenges.find(({ challenge }) => challenge === assertion.challenge);
    const passkey = factors.find(({ kind }) => kind === "passkey");
    if (!open || !passkey) return null;
    return {
      factorId: passkey.id,
      amr: assertion.isUserVerified === true ? ["swk", "user"] : ["swk"],
      consumes: { of: "passkey", factorId: passkey.id, challengeId: open.id, signCount: 0, regression: null },
    };
  },
};

export const TEST_FACTORS: readonly SecondFactor[] = [
  totpFactor,
  passkeyFactor,
  recoveryCodeFactor,
  emailOtpFactor,
];

export const CODE = "135790";
export const WRONG_CODE = "097531";

/** A factor that a sign-in asks for. */
export const addTotp = (email: string) => insertFactor(email, "totp", CODE);

/** A passkey. `isSecondFactor`: whether a sign-in by password asks for it. */
export async function addPasskey(email: string, isSecondFactor = false): Promise<string> {
  const id = await insertFactor(email, "passkey", null);
  await env.DB.prepare("UPDATE factors SET is_second_factor = ? WHERE id = ?")
    .bind(isSecondFactor ? 1 : 0, id)
    .run();
  return id;
}

export async function addRecoveryCode(email: string, code: string): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO recovery_codes (id, account_id, code_hash, created_at) VALUES (?, ?, ?, 0)",
  )
    .bind(crypto.randomUUID(), await accountIdOf(email), code)
    .run();
}

/** The assertion of a passkey for a new challenge of that session. */
export async function assertPasskey(service: Service, token: string, isUserVerified = true) {
  const { options } = (await service.post("/me/reauthenticate/options", undefined, token)).body.data;
  return { challenge: options.challenge, isUserVerified };
}
