import * as z from "zod/mini";
import { apiBase, type Mode, requiredKey, requiredText } from "../../core/config-parsers.ts";
import { noSettings, type ReadSettings, readProviderSettings } from "../../core/provider-settings.ts";
import { smsFrom, twilioFrom } from "./sender-variable.ts";

type HttpSettings = {
  /** A number in E.164 or a sender id of at most 11 characters. */
  readonly from: string;
  /** Replaces the provider's own host. Without a trailing slash. */
  readonly apiBase: string | null;
};

type SettingsByProvider = {
  readonly off: unknown;
  readonly mailbox: unknown;
  /** Its `from` may also be the SID of a messaging service. */
  readonly twilio: HttpSettings & { readonly accountSid: string; readonly authToken: string };
  readonly vonage: HttpSettings & { readonly apiKey: string; readonly apiSecret: string };
};

export type SmsProviderId = keyof SettingsByProvider;

/** The SMS settings: a union with one member for each provider, discriminated by `provider`. */
export type SmsSettings<Id extends SmsProviderId = SmsProviderId> = {
  [P in Id]: { readonly provider: P } & SettingsByProvider[P];
}[Id];

const accountSid = requiredText("the account's SID at Twilio").check(
  z.regex(/^AC[0-9a-f]{32}$/i, "must be the SID of an account (AC and 32 hexadecimal digits)"),
);

const variablesOf = {
  off: noSettings("off"),
  mailbox: ({ isDevelopment }) =>
    z.pipe(
      z.object({
        SMS_PROVIDER: z
          .literal("mailbox")
          .check(z.refine(() => isDevelopment, "must be a real provider in production")),
      }),
      z.transform((v) => ({ provider: v.SMS_PROVIDER })),
    ),
  twilio: (mode) =>
    z.pipe(
      z.object({
        SMS_FROM: twilioFrom,
        SMS_TWILIO_ACCOUNT_SID: accountSid,
        SMS_TWILIO_AUTH_TOKEN: requiredKey("the account's auth token"),
        SMS_API_BASE: apiBase(mode),
      }),
      z.transform((v) => ({
        provider: "twilio" as const,
        from: v.SMS_FROM,
        accountSid: v.SMS_TWILIO_ACCOUNT_SID,
        authToken: v.SMS_TWILIO_AUTH_TOKEN,
        apiBase: v.SMS_API_BASE,
      })),
    ),
  vonage: (mode) =>
    z.pipe(
      z.object({
        SMS_FROM: smsFrom,
        SMS_VONAGE_API_KEY: requiredKey("the account's API key"),
        SMS_VONAGE_API_SECRET: requiredKey("the account's API secret"),
        SMS_API_BASE: apiBase(mode),
      }),
      z.transform((v) => ({
        provider: "vonage" as const,
        from: v.SMS_FROM,
        apiKey: v.SMS_VONAGE_API_KEY,
        apiSecret: v.SMS_VONAGE_API_SECRET,
        apiBase: v.SMS_API_BASE,
      })),
    ),
} satisfies { [Id in SmsProviderId]: (mode: Mode) => z.ZodMiniType<SmsSettings<Id>> };

/** Reads the `SMS_*` variables (contract §5). */
export const readSmsSettings = (raw: Record<string, unknown>, mode: Mode): ReadSettings<SmsSettings> =>
  readProviderSettings("SMS_PROVIDER", variablesOf, raw, mode);
