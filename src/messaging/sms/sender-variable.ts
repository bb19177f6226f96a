import * as z from "zod/mini";
import { requiredText } from "../../core/config-parsers.ts";
import { parsePhoneNumber } from "../../core/phone-number.ts";

// 3GPP TS 23.040 §9.1.2.5: an alphanumeric sender has at most 11 characters. One without letters would be a
// number without its plus.
const SENDER_ID = /^(?=.*[a-z])[a-z0-9 &_-]{1,11}$/i;
const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/i;

/** Whether a sender is a messaging service of Twilio, which chooses the number itself. */
export const isMessagingService = (sender: string): boolean => MESSAGING_SERVICE.test(sender);

const NUMBER_OR_ID = "must be a number such as +14155550123, or a sender id of at most 11 letters and digits";

const sender = z.pipe(requiredText("the sender of text messages"), z.transform(normalizeSender));

/** `SMS_FROM`: a number, normalized to E.164, or a sender id. */
export const smsFrom = sender.check(z.refine(isNumberOrId, NUMBER_OR_ID));

/** Twilio also accepts the SID of a messaging service. */
export const twilioFrom = sender.check(
  z.refine(
    (text) => isNumberOrId(text) || isMessagingService(text),
    `${NUMBER_OR_ID}, or the SID of a messaging service (MG…)`,
  ),
);

function normalizeSender(text: string): string {
  const number = parsePhoneNumber(text);
  return number.ok ? number.value : text;
}

function isNumberOrId(text: string): boolean {
  return parsePhoneNumber(text).ok || SENDER_ID.test(text);
}
