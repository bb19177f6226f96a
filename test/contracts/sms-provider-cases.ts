import type { LoopbackRequest } from "../support/loopback/protocol.ts";
import { message, type ProviderCase } from "./sms-provider-case.ts";

const fieldsOf = (request: LoopbackRequest) => new URLSearchParams(request.body);
const form = { "content-type": /^application\/x-www-form-urlencoded/ };

const accountSid = `AC${"0123456789abcdef".repeat(2)}`;

const twilioError = (code: number, status = 400) =>
  JSON.stringify({ code, message: `${message.to} is invalid`, more_info: "https://example.com", status });

const vonageParts = (...statuses: string[]) =>
  JSON.stringify({
    "message-count": String(statuses.length),
    messages: statuses.map((status) => ({
      to: "491701234567",
      status,
      "error-text": `${message.to} is invalid`,
    })),
  });

/** Every HTTP provider with the request that its API expects. */
export const cases: Readonly<Record<string, ProviderCase>> = {
  twilio: {
    settings: (apiBase) => ({
      provider: "twilio",
      from: "+14155550100",
      accountSid,
      authToken: "token",
      apiBase,
    }),
    path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
    headers: { ...form, authorization: `Basic ${btoa(`${accountSid}:token`)}` },
    expectedFrom: "+14155550100",
    expectedTo: message.to,
    expectedReference: null,
    read: (request) => {
      const fields = fieldsOf(request);
      const [from, to, text] = ["From", "To", "Body"].map((name) => fields.get(name));
      return { from, to, text, reference: fields.get("MessagingServiceSid") };
    },
    accepted: { status: 201, body: '{"sid":"SM1","status":"queued","error_code":null}' },
    throttled: { status: 429, body: twilioError(20429, 429), reason: "twilio_20429" },
    refusedNumber: { status: 400, body: twilioError(21211), reason: "twilio_21211" },
    specificResponses: [
      ...[21408, 21608, 21610, 21612, 21614, 21635].map((code) => ({
        name: `the number error ${code}`,
        status: 400,
        body: twilioError(code),
        outcome: "refused" as const,
        reason: `twilio_${code}`,
      })),
      {
        name: "a region that is not enabled, as a 403",
        status: 403,
        body: twilioError(21408, 403),
        outcome: "refused",
        reason: "twilio_21408",
      },
      ...[21611, 21212, 21606, 21659, 21660, 21703].map((code) => ({
        name: `the account error ${code}`,
        status: 400,
        body: twilioError(code),
        outcome: "retry" as const,
        reason: `twilio_${code}`,
      })),
      {
        name: "an unknown error code",
        status: 400,
        body: twilioError(29999),
        outcome: "refused",
        reason: "http_400",
      },
      {
        name: "a number error code with the status 503",
        status: 503,
        body: twilioError(21211, 503),
        outcome: "retry",
        reason: "http_503",
      },
      {
        name: "an error code as a string",
        status: 400,
        body: '{"code":"21611"}',
        outcome: "refused",
        reason: "http_400",
      },
    ],
  },
  vonage: {
    settings: (apiBase) => ({
      provider: "vonage",
      from: "Acme",
      apiKey: "key",
      apiSecret: "secret",
      apiBase,
    }),
    path: "/sms/json",
    headers: { ...form, authorization: `Basic ${btoa("key:secret")}` },
    expectedFrom: "Acme",
    expectedTo: "491701234567",
    expectedReference: message.idempotencyKey,
    read: (request) => {
      const fields = fieldsOf(request);
      const [from, to, text, reference] = ["from", "to", "text", "client-ref"].map((name) =>
        fields.get(name),
      );
      return { from, to, text, reference };
    },
    accepted: { status: 200, body: vonageParts("0") },
    throttled: { status: 200, body: vonageParts("1"), reason: "vonage_1" },
    refusedNumber: { status: 200, body: vonageParts("7"), reason: "vonage_7" },
    specificResponses: [
      ...["2", "3", "6", "12", "29", "33"].map((status) => ({
        name: `status ${status}, a permanent error`,
        status: 200,
        body: vonageParts(status),
        outcome: "refused" as const,
        reason: `vonage_${status}`,
      })),
      ...["4", "5", "8", "9", "10", "11", "14", "15", "32", "99"].map((status) => ({
        name: `status ${status}, a temporary error`,
        status: 200,
        body: vonageParts(status),
        outcome: "retry" as const,
        reason: `vonage_${status}`,
      })),
      { name: "two accepted parts", status: 200, body: vonageParts("0", "0"), outcome: "sent" },
      {
        name: "a throttled second part",
        status: 200,
        body: vonageParts("0", "1"),
        outcome: "retry",
        reason: "vonage_1",
      },
      {
        name: "a refused part after a throttled one",
        status: 200,
        body: vonageParts("0", "1", "3"),
        outcome: "refused",
        reason: "vonage_3",
      },
      {
        name: "a status that is a number",
        status: 200,
        body: '{"messages":[{"status":1}]}',
        outcome: "retry",
        reason: "vonage_1",
      },
      {
        name: "the status 503 with an error in the body",
        status: 503,
        body: vonageParts("7"),
        outcome: "retry",
        reason: "http_503",
      },
    ],
  },
};
