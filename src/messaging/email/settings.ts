import * as z from "zod/mini";
import { apiBase, type Mode, requiredKey, requiredText, withoutBlanks } from "../../core/config-parsers.ts";
import {
  noSettings,
  problemsOf,
  type ReadSettings,
  readProviderSettings,
} from "../../core/provider-settings.ts";
import type { Email } from "./port.ts";
import { mailFrom } from "./sender-variable.ts";

type Sender = { readonly from: Email["from"] };
type HttpSettings = Sender & {
  readonly apiKey: string;
  /** Replaces the provider's own host. Without a trailing slash. */
  readonly apiBase: string | null;
};

type SettingsByProvider = {
  readonly mailbox: Sender;
  readonly resend: HttpSettings;
  readonly postmark: HttpSettings & { readonly messageStream: string };
  readonly sendgrid: HttpSettings;
  readonly mailgun: HttpSettings & { readonly domain: string };
  readonly brevo: HttpSettings;
  readonly ses: Sender & {
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly apiBase: string | null;
  };
  readonly cloudflare: Sender;
};

export type MailProviderId = keyof SettingsByProvider;

/** The mail settings: a union with one member for each provider, discriminated by `provider`. */
export type MailSettings<Id extends MailProviderId = MailProviderId> = {
  [P in Id]: { readonly provider: P } & SettingsByProvider[P];
}[Id];

/**
 * Whether a provider sends to addresses with a local part outside of ASCII, which takes SMTPUTF8 (RFC 6531). Mailgun's
 * documentation says so. SES (and Resend, which sends by it) documents 7-bit local parts only; the others document no
 * support, and a mail that the provider refuses is lost.
 */
const CARRIES_UNICODE = {
  mailbox: true,
  resend: false,
  postmark: false,
  sendgrid: false,
  mailgun: true,
  brevo: false,
  ses: false,
  cloudflare: false,
} as const satisfies Record<MailProviderId, boolean>;

export const carriesUnicode = ({ provider }: MailSettings): boolean => CARRIES_UNICODE[provider];

const httpVariables = (mode: Mode) => ({
  MAIL_API_KEY: requiredKey("the provider's API key"),
  MAIL_API_BASE: apiBase(mode),
});

const domain = requiredText("the sending domain at Mailgun").check(
  z.regex(/^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i, "must be a domain name"),
);
const messageStream = z._default(
  z.string("must be text").check(z.regex(/^[a-z0-9_-]+$/i, "must be the id of a message stream")),
  "outbound",
);
const region = requiredText("the AWS region").check(
  z.regex(/^[a-z0-9-]+$/, "must be the id of an AWS region"),
);

const httpOnly =
  <Id extends "resend" | "sendgrid" | "brevo">(provider: Id) =>
  (mode: Mode) =>
    z.pipe(
      z.object(httpVariables(mode)),
      z.transform((v) => ({ provider, apiKey: v.MAIL_API_KEY, apiBase: v.MAIL_API_BASE })),
    );

const senderVariable = z.object({ MAIL_FROM: mailFrom });

const variablesOf = {
  mailbox: noSettings("mailbox"),
  resend: httpOnly("resend"),
  postmark: (mode) =>
    z.pipe(
      z.object({ ...httpVariables(mode), MAIL_MESSAGE_STREAM: messageStream }),
      z.transform((v) => ({
        provider: "postmark" as const,
        apiKey: v.MAIL_API_KEY,
        apiBase: v.MAIL_API_BASE,
        messageStream: v.MAIL_MESSAGE_STREAM,
      })),
    ),
  sendgrid: httpOnly("sendgrid"),
  mailgun: (mode) =>
    z.pipe(
      z.object({ ...httpVariables(mode), MAIL_DOMAIN: domain }),
      z.transform((v) => ({
        provider: "mailgun" as const,
        apiKey: v.MAIL_API_KEY,
        apiBase: v.MAIL_API_BASE,
        domain: v.MAIL_DOMAIN,
      })),
    ),
  brevo: httpOnly("brevo"),
  ses: (mode) =>
    z.pipe(
      z.object({
        MAIL_SES_REGION: region,
        MAIL_SES_ACCESS_KEY_ID: requiredKey("the id of an AWS access key"),
        MAIL_SES_SECRET_ACCESS_KEY: requiredKey("the secret of that AWS access key"),
        MAIL_API_BASE: apiBase(mode),
      }),
      z.transform((v) => ({
        provider: "ses" as const,
        region: v.MAIL_SES_REGION,
        accessKeyId: v.MAIL_SES_ACCESS_KEY_ID,
        secretAccessKey: v.MAIL_SES_SECRET_ACCESS_KEY,
        apiBase: v.MAIL_API_BASE,
      })),
    ),
  cloudflare: noSettings("cloudflare"),
} satisfies { [Id in MailProviderId]: (mode: Mode) => z.ZodMiniType<Omit<MailSettings<Id>, "from">> };

/** Reads the `MAIL_*` variables (contract §5). The caller decides whether production may use the provider. */
export function readMailSettings(raw: Record<string, unknown>, mode: Mode): ReadSettings<MailSettings> {
  const own = readProviderSettings("MAIL_PROVIDER", variablesOf, raw, mode);
  const sender = senderVariable.safeParse(withoutBlanks(raw));
  if ("settings" in own && sender.success) {
    return { settings: { ...own.settings, from: sender.data.MAIL_FROM } };
  }
  return { problems: ["problems" in own ? own.problems : [], problemsOf(sender.error)].flat() };
}
