import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { SmsProvider } from "../port.ts";
import { isMessagingService } from "../sender-variable.ts";
import type { SmsSettings } from "../settings.ts";

const failure = z.object({ code: z.number() });

// twilio.com/docs/api/errors: codes whose meaning differs from their status. Twilio adds codes over time, so for
// an unlisted code the status decides.
const OUTCOMES: ReadonlyMap<number, Exclude<SendOutcome["outcome"], "sent">> = new Map([
  // About the number: malformed, in a region that is not enabled, not verified (trial accounts),
  // unsubscribed, unreachable, not a mobile, a landline.
  ...[21211, 21408, 21608, 21610, 21612, 21614, 21635].map((code) => [code, "refused"] as const),
  // Temporary: too many requests, a full queue, an invalid sender or a service without one (a configuration
  // error that can be fixed).
  ...[20429, 21611, 21212, 21606, 21659, 21660, 21703].map((code) => [code, "retry"] as const),
]);

/**
 * Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json, which returns 201. It has no idempotency key and no
 * client reference: if a response is lost, the message may arrive twice, with the same code.
 */
export function createTwilioProvider(settings: SmsSettings<"twilio">, timeout: number): SmsProvider {
  const { from, accountSid, authToken } = settings;
  const host = settings.apiBase ?? "https://api.twilio.com";
  const url = `${host}/2010-04-01/Accounts/${accountSid}/Messages.json`;
  const headers = {
    accept: "application/json",
    authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
  };
  const sender = isMessagingService(from) ? "MessagingServiceSid" : "From";
  return {
    send: ({ to, text }) => {
      const body = new URLSearchParams({ To: to, [sender]: from, Body: text });
      return postToProvider({ url, timeout, headers, body, judge: judgeCode });
    },
  };
}

/** An error code is more precise than the status: a region that is not enabled is a 400 or a 403. */
function judgeCode(status: number, answer: unknown): SendOutcome | null {
  if (status < 400 || status >= 500) return null;
  const code = failure.safeParse(answer).data?.code ?? 0;
  const outcome = OUTCOMES.get(code);
  return outcome === undefined ? null : { outcome, reason: `twilio_${code}` };
}
