import { env } from "cloudflare:workers";
import type { SecondFactor } from "../../src/authentication/second-factor/second-factor.ts";
import { accountIdOf } from "./users.ts";

export const ANSWER = "246810";
export const WRONG_ANSWER = "135791";

/**
 * A second factor that sends nothing: the user knows a number. A factor of the service would seal it. `afterVerdict`
 * runs between the evaluation of an answer and the batch that depends on it.
 */
export const numberFactor = (afterVerdict: () => Promise<unknown> = async () => null): SecondFactor => ({
  kind: "totp",
  prompt: "Enter your number.",
  needsNoSetup: false,
  begin: async () => ({ codeHash: "", mail: null }),
  async verify(_deps, { factors }, answer) {
    const factor = factors.find(
      ({ kind, secret }) => kind === "totp" && answer.by === "code" && secret === answer.code,
    );
    await afterVerdict();
    return factor ? { factorId: factor.id, amr: ["otp"], consumes: null } : null;
  },
});

/** Inserts a factor of that account. Returns its id. */
export async function insertFactor(email: string, kind = "totp", secret: string | null = ANSWER) {
  const id = crypto.randomUUID();
  await env.DB.prepare(
    "INSERT INTO factors (id, account_id, kind, secret, created_at) VALUES (?, ?, ?, ?, 0)",
  )
    .bind(id, await accountIdOf(email), kind, secret)
    .run();
  return id;
}

/** When a factor was used last, or null. */
export const lastUseOf = (factorId: string) =>
  env.DB.prepare("SELECT last_used_at FROM factors WHERE id = ?")
    .bind(factorId)
    .first<number | null>("last_used_at");
