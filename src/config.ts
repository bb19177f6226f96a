import * as z from "zod/mini";
import { PROFILE_FIELDS } from "./accounts/account.ts";
import { type CaptchaSettings, readCaptchaSettings } from "./captcha/settings.ts";
import { DAY, MINUTE, SECOND } from "./kernel/clock.ts";
import { linesOf } from "./kernel/crypto/secret-ring.ts";
import { parseEmailAddress } from "./kernel/email-address.ts";
import { err, ok, type Result } from "./kernel/result.ts";
import { utf8Length } from "./kernel/text.ts";
import { isPlainHttpUrl, providerUrl, type VariableProblem, withoutBlanks } from "./kernel/variables.ts";
import { type MailSettings, readMailSettings } from "./mail/settings.ts";
import type { RatePolicies } from "./rate-limit/policies.ts";
import { readRateLimits } from "./rate-limit/settings.ts";
import { readSmsSettings, type SmsSettings } from "./sms/settings.ts";
import { readSocialSettings, type SocialSettings } from "./social-providers/settings.ts";

/** What the service runs by (contract §5): parsed once, frozen, and never a raw variable again. */
export type Config = {
  readonly environment: "development" | "production";
  readonly authSecret: string;
  /** One a line. */
  readonly authSecretPrevious: string | undefined;
  readonly passwordHashBlocks: number;
  readonly breachedPasswordsApi: string | null;
  readonly mail: MailSettings;
  readonly sms: SmsSettings;
  /** Mails and texts an hour, whoever they are to; null when limits are off. */
  readonly sendCaps: { readonly email: number; readonly sms: number } | null;
  readonly captcha: CaptchaSettings;
  readonly social: SocialSettings;
  readonly rateLimits: RatePolicies | "off";
  readonly settings: Settings;
};

/** The part of it that verbs may name in their deps. Lifetimes in seconds. */
export type Settings = {
  readonly publicUrl: string;
  readonly audiences: readonly [string, ...string[]];
  readonly accessTokenTtl: number;
  readonly refreshIdleTtl: number;
  readonly refreshMaxTtl: number;
  readonly requiredProfileFields: readonly (typeof PROFILE_FIELDS)[number][];
  readonly loginOtp: "off" | "new_device" | "always";
  /** The folded address whose owner becomes superuser by proving it, or null. */
  readonly bootstrapSuperuser: string | null;
  readonly auditRetentionDays: number;
  /** Whether there is anybody to send text messages by. */
  readonly canText: boolean;
  /** Calling codes that may be texted; empty for all. */
  readonly smsCountries: readonly string[];
  /** Origins of other sites whose pages may call this service, beside its own. */
  readonly allowedOrigins: readonly string[];
  /** Whole URLs, as the URL parser writes them, that a sign-in at a provider may lead to. */
  readonly allowedReturnUrls: readonly string[];
  readonly mailFrom: MailSettings["from"];
  readonly brand: {
    readonly appName: string;
    readonly logoUrl: string | null;
    readonly color: string | null;
    readonly publicUrl: string;
  };
};

/** What a laptop gets for what nobody has set; production has to say these itself. */
const DEVELOPMENT_DEFAULTS = {
  PUBLIC_URL: "http://localhost:8787",
  MAIL_PROVIDER: "mailbox",
  SMS_PROVIDER: "mailbox",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
};

const HAVE_I_BEEN_PWNED = "https://api.pwnedpasswords.com";

const secret = z
  .string("must be set")
  .check(z.refine((value) => utf8Length(value) >= 32, "must have 32 bytes at least"));

const httpUrl = (allowHttp: boolean) =>
  z
    .string("must be set")
    .check(
      z.refine(
        (value) => isPlainHttpUrl(value) && (allowHttp || value.toLowerCase().startsWith("https:")),
        `must be ${allowHttp ? "an http or https" : "an https"} URL without query or fragment`,
      ),
    );

const seconds = (fallback: number, max: number) =>
  z._default(
    z.coerce
      .number("must be a number of seconds")
      .check(
        z.int("must be whole seconds"),
        z.minimum(1, "must be 1 second at least"),
        z.maximum(max / SECOND, `must be ${max / SECOND} seconds at most`),
      ),
    fallback / SECOND,
  );

const hourlyCap = (fallback: number) =>
  z._default(
    z.coerce
      .number("must be a number")
      .check(z.int("must be a whole number"), z.minimum(1, "must be 1 at least")),
    fallback,
  );

const commaList = <Item extends z.ZodMiniType<string, string>>(item: Item) =>
  z.pipe(
    z.pipe(
      z.string("must be a comma-separated list"),
      z.transform((text) =>
        text
          .split(",")
          .map((entry) => entry.trim())
          .filter(Boolean),
      ),
    ),
    z.array(item),
  );

const variables = (environment: Config["environment"]) =>
  z.object({
    // A line break would make two of it, once it is a previous one.
    AUTH_SECRET: secret.check(z.refine((value) => !value.includes("\n"), "must be one line")),
    AUTH_SECRET_PREVIOUS: z.optional(
      z
        .string("must be text")
        .check(
          z.refine(
            (text) => linesOf(text).every((line) => utf8Length(line) >= 32),
            "must have 32 bytes at least in each line",
          ),
        ),
    ),
    // A base path in the issuer would not be a base of the routes, so there is none.
    PUBLIC_URL: httpUrl(environment === "development").check(
      z.refine((value) => (URL.parse(value)?.pathname ?? "/") === "/", "must not have a path"),
    ),
    APP_NAME: z._default(
      z
        .string("must be text")
        .check(z.minLength(1, "must not be empty"), z.maxLength(64, "must have 64 characters at most")),
      "Gatehouse",
    ),
    APP_LOGO_URL: z.optional(httpUrl(environment === "development")),
    APP_COLOR: z.optional(
      z.string("must be text").check(z.regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, "must be #rgb or #rrggbb")),
    ),
    ACCESS_TOKEN_TTL: seconds(15 * MINUTE, DAY),
    REFRESH_IDLE_TTL: seconds(7 * DAY, 365 * DAY),
    REFRESH_MAX_TTL: seconds(30 * DAY, 365 * DAY),
    REQUIRED_PROFILE_FIELDS: z._default(
      commaList(z.enum(PROFILE_FIELDS, `may name ${PROFILE_FIELDS.join(", ")}`)),
      [],
    ),
    LOGIN_OTP: z._default(
      z.enum(["off", "new_device", "always"], "must be off, new_device or always"),
      "off",
    ),
    ALLOWED_ORIGINS: z._default(
      commaList(
        z
          .string()
          .check(
            z.refine(
              (text) => isOrigin(text) && (environment === "development" || text.startsWith("https:")),
              "must be a list of origins such as https://app.example.com",
            ),
          ),
      ),
      [],
    ),
    ALLOWED_RETURN_URLS: z._default(
      commaList(
        z
          .string()
          .check(
            z.refine(
              (text) => isReturnUrl(text) && (environment === "development" || /^https:/i.test(text)),
              "must be a list of URLs such as https://app.example.com/signed-in",
            ),
          ),
      ),
      [],
    ),
    AUDIENCES: z._default(commaList(z.string()), []),
    BOOTSTRAP_SUPERUSER_EMAIL: z.optional(
      z.pipe(
        z.string("must be an email address"),
        z.transform((text, context) => {
          const parsed = parseEmailAddress(text);
          if (parsed.ok) return parsed.value.key;
          context.issues.push({ code: "custom", message: "must be an email address", input: text });
          return z.NEVER;
        }),
      ),
    ),
    AUDIT_RETENTION_DAYS: z._default(
      z.coerce
        .number("must be a number of days")
        .check(z.int("must be whole days"), z.minimum(1, "must be 1 day at least")),
      365,
    ),
    PASSWORD_HASH_BLOCKS: z._default(
      z.coerce
        .number("must be a number")
        .check(
          z.int("must be a whole number"),
          z.minimum(1, "must be 1 at least"),
          z.maximum(50, "must be 50 at most"),
        ),
      6,
    ),
    MAIL_HOURLY_CAP: hourlyCap(5000),
    SMS_HOURLY_CAP: hourlyCap(100),
    SMS_COUNTRIES: z._default(
      commaList(
        z.string().check(z.regex(/^\+[1-9]\d{0,3}$/, "must be a list of calling codes such as +1,+49")),
      ),
      [],
    ),
    BREACHED_PASSWORDS: z._default(z.enum(["on", "off"], "must be on or off"), "off"),
    BREACHED_PASSWORDS_API_BASE: z._default(
      providerUrl({ isDevelopment: environment === "development" }),
      HAVE_I_BEEN_PWNED,
    ),
  });

/** Reads the Worker's variables; every problem comes back, named by its variable, none with its value. */
export function readConfig(raw: Record<string, unknown>): Result<Config, readonly VariableProblem[]> {
  const set = withoutBlanks(raw);
  const environment = z
    ._default(z.enum(["development", "production"]), "production")
    .safeParse(set.ENVIRONMENT);
  const mode = environment.data ?? "production";
  const given: Record<string, unknown> = {
    ...(mode === "development" ? DEVELOPMENT_DEFAULTS : {}),
    ...set,
  };
  const parsed = variables(mode).safeParse(given);
  const mail = readMailSettings(given, { isDevelopment: mode === "development" });
  const sms = readSmsSettings(given, { isDevelopment: mode === "development" });
  const hostname = URL.parse(parsed.data?.PUBLIC_URL ?? "")?.hostname ?? "";
  const captcha = readCaptchaSettings(given, { hostname, isDevelopment: mode === "development" });
  const rateLimits = readRateLimits(given.RATE_LIMITS, mode);
  const social = readSocialSettings(given, mode === "development");
  const problems: VariableProblem[] = [];
  if (!environment.success)
    problems.push({ path: "ENVIRONMENT", message: "must be development or production" });
  for (const { path, message } of parsed.error?.issues ?? []) {
    problems.push({ path: String(path[0]), message });
  }
  if ("problems" in mail) problems.push(...mail.problems);
  else if (mode === "production" && mail.settings.provider === "mailbox") {
    problems.push({ path: "MAIL_PROVIDER", message: "must be a real provider in production" });
  }
  if ("problems" in sms) problems.push(...sms.problems);
  if ("problems" in captcha) problems.push(...captcha.problems);
  if ("problems" in rateLimits) problems.push(...rateLimits.problems);
  if ("problems" in social) problems.push(...social.problems);
  if (problems.length > 0 || !parsed.success || "problems" in mail || "problems" in sms) return err(problems);
  if ("problems" in captcha || "problems" in rateLimits || "problems" in social) return err(problems);
  const gateways = {
    mail: mail.settings,
    sms: sms.settings,
    captcha: captcha.settings,
    rateLimits: rateLimits.policies,
    social: social.settings,
  };
  return ok(freeze(mode, parsed.data, gateways));
}

type Variables = z.output<ReturnType<typeof variables>>;

type Gateways = Pick<Config, "mail" | "sms" | "captcha" | "rateLimits" | "social">;

function freeze(environment: Config["environment"], values: Variables, gateways: Gateways): Config {
  const publicUrl = new URL(values.PUBLIC_URL).origin;
  const [defaultAudience = "gatehouse", ...otherAudiences] = values.AUDIENCES;
  return Object.freeze({
    environment,
    authSecret: values.AUTH_SECRET,
    authSecretPrevious: values.AUTH_SECRET_PREVIOUS,
    passwordHashBlocks: values.PASSWORD_HASH_BLOCKS,
    breachedPasswordsApi: values.BREACHED_PASSWORDS === "on" ? values.BREACHED_PASSWORDS_API_BASE : null,
    ...gateways,
    sendCaps:
      gateways.rateLimits === "off" ? null : { email: values.MAIL_HOURLY_CAP, sms: values.SMS_HOURLY_CAP },
    settings: Object.freeze({
      publicUrl,
      audiences: [defaultAudience, ...otherAudiences] as const,
      accessTokenTtl: values.ACCESS_TOKEN_TTL,
      refreshIdleTtl: values.REFRESH_IDLE_TTL,
      refreshMaxTtl: values.REFRESH_MAX_TTL,
      requiredProfileFields: values.REQUIRED_PROFILE_FIELDS,
      loginOtp: values.LOGIN_OTP,
      bootstrapSuperuser: values.BOOTSTRAP_SUPERUSER_EMAIL ?? null,
      auditRetentionDays: values.AUDIT_RETENTION_DAYS,
      canText: gateways.sms.provider !== "off",
      smsCountries: values.SMS_COUNTRIES,
      allowedOrigins: values.ALLOWED_ORIGINS,
      allowedReturnUrls: values.ALLOWED_RETURN_URLS.map((text) => new URL(text).href),
      mailFrom: gateways.mail.from,
      brand: {
        appName: values.APP_NAME,
        logoUrl: values.APP_LOGO_URL ?? null,
        color: values.APP_COLOR ?? null,
        publicUrl,
      },
    }),
  });
}

/** Whole and exact: it is compared with what a browser sends. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

/** With a query it may be, but nobody's name, and no fragment: it is compared whole. */
function isReturnUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.hash === "";
}
