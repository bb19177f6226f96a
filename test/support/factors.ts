import { env } from "cloudflare:workers";
import { SECOND_FACTORS } from "../../src/authentication/factors.ts";
import type { SecondFactorKind } from "../../src/authentication/second-factor/policy.ts";
import type { SecondFactor } from "../../src/authentication/second-factor/second-factor.ts";
import { accountIdOf } from "./users.ts";

/** The answers of the factors in this file. */
export const ANSWERS = { totp: "246810", recovery_code: "abcd-efgh-ijkl-mnop" } as const;
export const ASSERTION = { id: "credential", type: "public-key" };

/** A factor that compares the answer with its row, in place of cryptography. */
const standIn = (kind: SecondFactorKind, { verify }: Pick<SecondFactor, "verify">): SecondFactor => ({
  kind,
  prompt: `Answer by ${kind}.`,
  needsNoSetup: false,
  begin: async () => ({ codeHash: "", mail: null }),
  verify,
});

/**
 * Every kind of second factor: those that send codes as the service has them, and stand-ins that any account with a row
 * can answer. A recovery code is used once.
 */
export const ALL_FACTORS: readonly SecondFactor[] = [
  standIn("totp", {
    async verify(_deps, { factors }, answer) {
      const factor = factors.find(({ kind }) => kind === "totp");
      const isRight = answer.by === "code" && answer.code === ANSWERS.totp;
      return factor && isRight ? { factorId: factor.id, amr: ["otp"], consumes: null } : null;
    },
  }),
  standIn("passkey", {
    async verify(_deps, { factors }, answer) {
      const factor = factors.find(({ kind }) => kind === "passkey");
      const isRight =
        answer.by === "assertion" && JSON.stringify(answer.assertion) === JSON.stringify(ASSERTION);
      return factor && isRight ? { factorId: factor.id, amr: ["hwk", "user"], consumes: null } : null;
    },
  }),
  ...SECOND_FACTORS.filter(({ kind }) => kind === "email_otp" || kind === "sms_otp"),
  standIn("recovery_code", {
    async verify(_deps, { recoveryCodes }, answer) {
      const plain = (text: string) => text.replaceAll("-", "");
      const code = recoveryCodes.find(
        ({ codeHash }) => answer.by === "code" && plain(codeHash) === plain(answer.code),
      );
      return code
        ? { factorId: null, amr: ["otp"], consumes: { of: "recovery_code", codeId: code.id } }
        : null;
    },
  }),
];

/** All kinds, as SECOND_FACTORS names them. */
export const ALL_KINDS = "totp,passkey,email_otp,sms_otp,recovery_code";

/** Enables a factor of that account. Returns its id. */
export async function enableFactor(
  email: string,
  kind: Exclude<SecondFactorKind, "recovery_code">,
  { isSecondFactor = true }: { readonly isSecondFactor?: boolean } = {},
): Promise<string> {
  const id = crypto.randomUUID();
  await env.DB.prepare(
    "INSERT INTO factors (id, account_id, kind, created_at, is_second_factor) VALUES (?, ?, ?, 0, ?)",
  )
    .bind(id, await accountIdOf(email), kind, isSecondFactor ? 1 : 0)
    .run();
  return id;
}

/** Stores `ANSWERS.recovery_code` as a recovery code of that account. */
export async function storeRecoveryCode(email: string): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO recovery_codes (id, account_id, code_hash, created_at) VALUES (?, ?, ?, 0)",
  )
    .bind(crypto.randomUUID(), await accountIdOf(email), ANSWERS.recovery_code)
    .run();
}

/** Sets the number of that account, and verifies it. */
export async function storeVerifiedPhone(email: string, phone: string): Promise<void> {
  await env.DB.prepare("UPDATE accounts SET phone = ?, phone_verified_at = 1 WHERE email = ?")
    .bind(phone, email)
    .run();
}

/** Sets one column of that account. */
export const setAccountColumn = (
  email: string,
  column: "reset_by_mail_at" | "role",
  value: string | number,
) => env.DB.prepare(`UPDATE accounts SET ${column} = ? WHERE email = ?`).bind(value, email).run();

/** Marks the sessions of that account as opened on devices that were known before, so that they may enrol factors. */
export const markDevicesAsKnown = (email: string) =>
  env.DB.prepare(
    "UPDATE sessions SET is_known_device = 1 WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
  )
    .bind(email)
    .run();

/** Lets the sessions of that account enable texted codes, to that number. */
export async function mayEnableTexts(email: string, phone: string): Promise<void> {
  await storeVerifiedPhone(email, phone);
  await markDevicesAsKnown(email);
}

/** Trusts that device for a month. */
export const trustDevice = (deviceId: string) =>
  env.DB.prepare("UPDATE known_devices SET trusted_until = last_used_at + 2592000000 WHERE id = ?")
    .bind(deviceId)
    .run();
