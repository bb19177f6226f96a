import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import type { Service } from "./service.ts";
import { type MailboxEntry, mailTo, PASSWORD } from "./users.ts";

let phoneNumbers = 0;

/** A phone number that is unique within the test file. */
export const newPhoneNumber = (): string => `+1415555${String(++phoneNumbers).padStart(4, "0")}`;

/** The SMS messages to that number in the development mailbox, newest first. */
export const smsMessagesTo = (service: Service, number: string): Promise<MailboxEntry[]> =>
  mailTo(service, number);

/** The code of the newest SMS to that number. */
export async function smsCodeTo(service: Service, number: string): Promise<string> {
  const [newest] = await smsMessagesTo(service, number);
  const [code] = /^\d{6}/.exec(newest?.text ?? "") ?? [];
  if (!code) throw new Error(`no SMS with a code to ${number}`);
  return code;
}

export type PhoneChallenge = { readonly challengeId: string; readonly code: string; readonly phone: string };

/** Requests to set a phone number. Returns the challenge and its code. */
export async function requestPhoneCode(
  service: Service,
  token: string,
  phone = newPhoneNumber(),
): Promise<PhoneChallenge> {
  const answer = await service.post("/me/phone", { phone }, token);
  if (answer.status !== 200) throw new Error(`POST /me/phone answered ${answer.status}: ${answer.text}`);
  return { phone, challengeId: answer.body.data.challengeId, code: await smsCodeTo(service, phone) };
}

/** Sets and verifies a phone number. */
export async function verifyPhoneNumber(
  service: Service,
  token: string,
  phone = newPhoneNumber(),
): Promise<string> {
  const { challengeId, code } = await requestPhoneCode(service, token, phone);
  const answer = await service.post("/me/phone/verify", { challengeId, code }, token);
  if (answer.status !== 200)
    throw new Error(`POST /me/phone/verify answered ${answer.status}: ${answer.text}`);
  return phone;
}

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

/** Marks the session of that token as opened on a device that was known before, so that it may enrol factors. */
export const markDeviceAsKnown = (token: string) =>
  env.DB.prepare("UPDATE sessions SET is_known_device = 1 WHERE id = ?").bind(decodeJwt(token).sid).run();

/** Turns on the second factor of the user who has that access token. */
export async function enableSecondFactor(service: Service, token: string): Promise<void> {
  await markDeviceAsKnown(token);
  const answer = await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  if (answer.status !== 200) throw new Error(`POST /me/otp answered ${answer.status}: ${answer.text}`);
  // Like a new password, the change voids every reauthentication of its own millisecond.
  service.clock.advance(1);
}

/** Reauthenticates up to the second factor. Returns the challenge and its code. */
export async function startReauthentication(
  service: Service,
  email: string,
  token: string,
): Promise<{ challengeId: string; code: string }> {
  const answer = await service.post("/me/reauthenticate", { password: PASSWORD }, token);
  if (!answer.body.data?.otpRequired)
    throw new Error(`reauthentication answered ${answer.status}: ${answer.text}`);
  return { challengeId: answer.body.data.challengeId, code: await mailedCodeTo(service, email) };
}

/** Six digits that differ from `code`. */
export const wrongCode = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0");
