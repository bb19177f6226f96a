import type { Service } from "./service.ts";
import { type MailboxEntry, mailTo } from "./users.ts";

let numbers = 0;

/** A number that nobody in this file has used. */
export const newNumber = (): string => `+1415555${String(++numbers).padStart(4, "0")}`;

/** The development mailbox of one number, newest first. */
export const textsTo = (service: Service, number: string): Promise<MailboxEntry[]> => mailTo(service, number);

/** The code of the newest text to that number. */
export async function codeTextedTo(service: Service, number: string): Promise<string> {
  const [newest] = await textsTo(service, number);
  const [code] = /^\d{6}/.exec(newest?.text ?? "") ?? [];
  if (!code) throw new Error(`no text with a code to ${number}`);
  return code;
}

export type PhoneChallenge = { readonly challengeId: string; readonly code: string; readonly phone: string };

/** A number that somebody asked to have, as far as its code. */
export async function phoneChallengeOf(
  service: Service,
  token: string,
  phone = newNumber(),
): Promise<PhoneChallenge> {
  const answer = await service.post("/me/phone", { phone }, token);
  if (answer.status !== 200) throw new Error(`POST /me/phone answered ${answer.status}: ${answer.text}`);
  return { phone, challengeId: answer.body.data.challengeId, code: await codeTextedTo(service, phone) };
}

/** A number that somebody has proven to be theirs. */
export async function proveNumber(service: Service, token: string, phone = newNumber()): Promise<string> {
  const { challengeId, code } = await phoneChallengeOf(service, token, phone);
  const answer = await service.post("/me/phone/verify", { challengeId, code }, token);
  if (answer.status !== 200) throw new Error(`the code was answered ${answer.status}: ${answer.text}`);
  return phone;
}
