import type { Service } from "./service.ts";
import { mailTo, PASSWORD } from "./users.ts";

/** The code of the newest mail with a code to that address. */
export async function mailedCodeTo(service: Service, email: string): Promise<string> {
  for (const mail of await mailTo(service, email)) {
    const [code] = /^\d{6}$/m.exec(mail.text) ?? [];
    if (code) return code;
  }
  throw new Error(`no mail with a code to ${email}`);
}

/** Logs in up to the second factor. Returns the challenge and its code. */
export async function startSecondFactor(
  service: Service,
  email: string,
  fields: object = {},
): Promise<{ challengeId: string; code: string }> {
  const answer = await service.post("/login", { email, password: PASSWORD, ...fields });
  if (!answer.body.data?.otpRequired) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return { challengeId: answer.body.data.challengeId, code: await mailedCodeTo(service, email) };
}

/** Six digits that differ from `code`. */
export const wrongCode = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0");
