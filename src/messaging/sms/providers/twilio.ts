import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { SmsProvider } from "../port.ts";
import { isMessagingService } from "../sender-variable.ts";
import type { SmsSettings } from "../settings.ts";

const failure = z.object({ code: z.number() });

// twilio.com/docs/api/errors: codes that mean something else than their status says. New ones are
// split off from time to time, so whatever is not here is left to the status.
const OUTCOMES: ReadonlyMap<number, Exclude<SendOutcome["outcome"], "sent">> = new Map([
  // The number: malformed, in a region that is not enabled, not verified (trial accounts),
  // unsubscribed, out of reach, not a mobile, a landline.
  ...[21211, 21408, 21608, 21610, 21612, 21614, 21635].map((code) => [code, "refused"] as const),
  // Too many at once, a full queue; a sender, or a service without one, that its owner will mend.
  ...[20429, 21611, 21212, 21606, 21659, 21660, 21703].map((code) => [code, "retry"] as const),
]);

/**
 * Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json, answered by 201. It knows no idempotency key
 * and no reference of ours: an attempt whose answer got lost may arrive twice, with the same code.
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

/** An error's code says more than its status: a region that is not enabled is a 400 or a 403. */
function judgeCode(status: number, answer: unknown): SendOutcome | null {
  if (status < 400 || status >= 500) return null;
  const code = failure.safeParse(answer).data?.code ?? 0;
  const outcome = OUTCOMES.get(code);
  return outcome === undefined ? null : { outcome, reason: `twilio_${code}` };
}
