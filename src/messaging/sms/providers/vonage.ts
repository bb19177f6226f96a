import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import { isGsmText } from "../gsm-alphabet.ts";
import type { SmsProvider, TextMessage } from "../port.ts";
import type { SmsSettings } from "../settings.ts";

// One entry for each part of a long text. A status is one or two digits, in quotes.
const verdict = z.object({
  messages: z.array(z.object({ status: z.coerce.string().check(z.regex(/^\d{1,3}$/)) })),
});

const ACCEPTED = "0";

// developer.vonage.com/en/api-errors/sms: what this message or its number is to blame for. 2, 3, 6 and
// 12: the message; 7, 29 and 33: a number that is barred, not allowed to a demo account, or given up.
// All others speak of the account, its sender, its limits or an outage, and can be mended.
const FAULTS_OF_THE_MESSAGE: ReadonlySet<string> = new Set(["2", "3", "6", "7", "12", "29", "33"]);

/**
 * Vonage: POST /sms/json, with numbers without their plus. It knows no idempotency key; the reference
 * comes back in its receipts, so that a duplicate can be recognised.
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
    // As `text`, characters that the short alphabet lacks would arrive as question marks.
    type: isGsmText(text) ? "text" : "unicode",
    "client-ref": idempotencyKey,
  });
}

const withoutPlus = (number: string): string => number.replace(/^\+/, "");

/**
 * A 200 says nothing: each part of a long text has a status of its own, and a phone shows none before
 * it has all. The worst part decides; a body that cannot be read leaves it to the status.
 */
function judgeParts(status: number, answer: unknown): SendOutcome | null {
  if (status !== 200) return null;
  const failed = (verdict.safeParse(answer).data?.messages ?? []).filter((part) => part.status !== ACCEPTED);
  const worst = failed.find((part) => FAULTS_OF_THE_MESSAGE.has(part.status)) ?? failed[0];
  if (worst === undefined) return null;
  const outcome = FAULTS_OF_THE_MESSAGE.has(worst.status) ? "refused" : "retry";
  return { outcome, reason: `vonage_${worst.status}` };
}
