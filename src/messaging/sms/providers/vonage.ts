import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import { isGsmText } from "../gsm-alphabet.ts";
import type { SmsProvider, TextMessage } from "../port.ts";
import type { SmsSettings } from "../settings.ts";

// One entry for each part of a long text. A status is a string of one or two digits.
const verdict = z.object({
  messages: z.array(z.object({ status: z.coerce.string().check(z.regex(/^\d{1,3}$/)) })),
});

const ACCEPTED = "0";

// developer.vonage.com/en/api-errors/sms. 2, 3, 6 and 12 are about the message. 7, 29 and 33 are about its number:
// barred, not allowed for a demo account, or deactivated. The others are about the account, its sender, its
// limits or an outage, which can be fixed, so those messages are retried.
const PERMANENT_ERRORS: ReadonlySet<string> = new Set(["2", "3", "6", "7", "12", "29", "33"]);

/**
 * Vonage: POST /sms/json, with numbers without their plus. It has no idempotency key; its receipts contain the
 * reference, which identifies duplicates.
 */
export function createVonageProvider(settings: SmsSettings<"vonage">, timeout: number): SmsProvider {
  const url = `${settings.apiBase ?? "https://rest.nexmo.com"}/sms/json`;
  const authorization = `Basic ${btoa(`${settings.apiKey}:${settings.apiSecret}`)}`;
  const headers = { accept: "application/json", authorization };
  return {
    send: (message) =>
      postToProvider({ url, timeout, headers, body: formOf(settings.from, message), judge: judgeParts }),
  };
}

function formOf(from: string, { to, text, idempotencyKey }: TextMessage): URLSearchParams {
  return new URLSearchParams({
    from: withoutPlus(from),
    to: withoutPlus(to),
    text,
    // With type `text`, characters outside the GSM alphabet would arrive as question marks.
    type: isGsmText(text) ? "text" : "unicode",
    "client-ref": idempotencyKey,
  });
}

const withoutPlus = (number: string): string => number.replace(/^\+/, "");

/**
 * A 200 is not yet a success: each part of a long text has its own status, and a phone shows the text only when
 * all parts have arrived. The worst part decides. If the body cannot be read, the HTTP status decides.
 */
function judgeParts(status: number, answer: unknown): SendOutcome | null {
  if (status !== 200) return null;
  const failed = (verdict.safeParse(answer).data?.messages ?? []).filter((part) => part.status !== ACCEPTED);
  const worst = failed.find((part) => PERMANENT_ERRORS.has(part.status)) ?? failed[0];
  if (worst === undefined) return null;
  const outcome = PERMANENT_ERRORS.has(worst.status) ? "refused" : "retry";
  return { outcome, reason: `vonage_${worst.status}` };
}
