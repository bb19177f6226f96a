import type { LoopbackRequest } from "../support/loopback/protocol.ts";
import { email, type ProviderCase, quotedSender } from "./mail-provider-case.ts";

const { from } = email;
const json = (request: LoopbackRequest) => JSON.parse(request.body);
const sharedJson = { "content-type": "application/json" };

/** Every HTTP provider with the request that its API expects. */
export const cases: Readonly<Record<string, ProviderCase>> = {
  resend: {
    settings: (apiBase) => ({ provider: "resend", from, apiKey: "re_key", apiBase }),
    path: "/emails",
    headers: { ...sharedJson, authorization: "Bearer re_key", "idempotency-key": email.idempotencyKey },
    expectedFrom: quotedSender,
    expectedTo: [email.to],
    expectedTracking: null,
    read: async (request) => ({
      ...json(request),
      idempotencyKey: request.headers["idempotency-key"],
      tracking: null,
    }),
    specificResponses: [
      {
        name: "a key that has already sent a mail",
        status: 409,
        body: '{"name":"invalid_idempotent_request"}',
        outcome: "sent",
      },
      {
        name: "a key whose attempt is in progress",
        status: 409,
        body: '{"name":"concurrent_idempotent_requests"}',
        outcome: "retry",
      },
    ],
  },
  postmark: {
    settings: (apiBase) => ({
      provider: "postmark",
      from,
      apiKey: "pm-key",
      apiBase,
      messageStream: "outbound",
    }),
    path: "/email",
    headers: { ...sharedJson, "x-postmark-server-token": "pm-key" },
    expectedFrom: quotedSender,
    expectedTo: email.to,
    expectedTracking: [false, "None", "outbound"],
    read: async (request) => {
      const body = json(request);
      return {
        from: body.From,
        to: body.To,
        subject: body.Subject,
        html: body.HtmlBody,
        text: body.TextBody,
        idempotencyKey: body.Metadata.mail_id,
        tracking: [body.TrackOpens, body.TrackLinks, body.MessageStream],
      };
    },
    specificResponses: [
      {
        name: "200 with an error code",
        status: 200,
        body: '{"ErrorCode":406,"Message":"x"}',
        outcome: "refused",
      },
      { name: "200 without an error", status: 200, body: '{"ErrorCode":0}', outcome: "sent" },
      { name: "500 with an error code", status: 500, body: '{"ErrorCode":100}', outcome: "retry" },
    ],
  },
  sendgrid: {
    settings: (apiBase) => ({ provider: "sendgrid", from, apiKey: "SG.key", apiBase }),
    path: "/v3/mail/send",
    headers: { ...sharedJson, authorization: "Bearer SG.key" },
    expectedFrom: { email: from.address, name: from.name },
    expectedTo: [{ to: [{ email: email.to }] }],
    expectedTracking: [false, false, false, false],
    read: async (request) => {
      const { content, tracking_settings: tracking, ...body } = json(request);
      return {
        from: body.from,
        to: body.personalizations,
        subject: body.subject,
        text: content[0].type === "text/plain" && content[0].value,
        html: content[1].type === "text/html" && content[1].value,
        idempotencyKey: body.custom_args.mail_id,
        tracking: [
          tracking.click_tracking.enable,
          tracking.click_tracking.enable_text,
          tracking.open_tracking.enable,
          tracking.subscription_tracking.enable,
        ],
      };
    },
    specificResponses: [{ name: "its empty 202", status: 202, body: "", outcome: "sent" }],
  },
  mailgun: {
    settings: (apiBase) => ({
      provider: "mailgun",
      from,
      apiKey: "mg-key",
      apiBase,
      domain: "mail.example.com",
    }),
    path: "/v3/mail.example.com/messages",
    headers: {
      "content-type": /^multipart\/form-data; boundary=/,
      authorization: `Basic ${btoa("api:mg-key")}`,
    },
    expectedFrom: quotedSender,
    expectedTo: email.to,
    expectedTracking: ["no", "no", "no"],
    read: async (request) => {
      const form = await new Response(request.body, { headers: request.headers }).formData();
      // Form data sends every line break as CR LF.
      const field = (name: string) => String(form.get(name)).replaceAll("\r\n", "\n");
      return {
        from: field("from"),
        to: field("to"),
        subject: field("subject"),
        html: field("html"),
        text: field("text"),
        idempotencyKey: field("v:mail_id"),
        tracking: [field("o:tracking"), field("o:tracking-clicks"), field("o:tracking-opens")],
      };
    },
    specificResponses: [],
  },
  brevo: {
    settings: (apiBase) => ({ provider: "brevo", from, apiKey: "xkeysib-key", apiBase }),
    path: "/v3/smtp/email",
    headers: { ...sharedJson, "api-key": "xkeysib-key" },
    expectedFrom: { email: from.address, name: from.name },
    expectedTo: [{ email: email.to }],
    expectedTracking: null,
    read: async (request) => {
      const body = json(request);
      return {
        from: body.sender,
        to: body.to,
        subject: body.subject,
        html: body.htmlContent,
        text: body.textContent,
        idempotencyKey: body.headers.idempotencyKey,
        tracking: null,
      };
    },
    specificResponses: [
      {
        name: "a key that has already sent a mail",
        status: 400,
        body: '{"code":"duplicate_parameter","message":"x"}',
        outcome: "sent",
      },
    ],
  },
  ses: {
    settings: (apiBase) => ({
      provider: "ses",
      from,
      region: "eu-west-1",
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      apiBase,
    }),
    path: "/v2/email/outbound-emails",
    headers: {
      ...sharedJson,
      "x-amz-date": "20260131T120000Z",
      authorization:
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260131\/eu-west-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    },
    expectedFrom: quotedSender,
    expectedTo: { ToAddresses: [email.to] },
    expectedTracking: { ClickTrackingEnabled: "DISABLED", OpenTrackingEnabled: "DISABLED" },
    read: async (request) => {
      const body = json(request);
      const { Subject, Body } = body.Content.Simple;
      const tag = body.EmailTags[0];
      return {
        from: body.FromEmailAddress,
        to: body.Destination,
        subject: Subject.Charset === "UTF-8" && Subject.Data,
        html: Body.Html.Charset === "UTF-8" && Body.Html.Data,
        text: Body.Text.Charset === "UTF-8" && Body.Text.Data,
        idempotencyKey: tag.Name === "mail_id" && tag.Value,
        tracking: body.ConfigurationOverrides.Tracking,
      };
    },
    specificResponses: [],
  },
};
