import * as z from "zod/mini";
import type { PROFILE_FIELDS } from "../accounts/account.ts";
import type { SecondFactorSettings } from "../authentication/second-factor/policy.ts";
import type { SignInMethod } from "../authentication/sign-in-methods.ts";
import { readSocialSettings, type SocialSettings } from "../authentication/social/providers/settings.ts";
import { type CaptchaSettings, readCaptchaSettings } from "../captcha/settings.ts";
import { DAY, HOUR } from "../core/clock.ts";
import { type VariableProblem, withoutBlanks } from "../core/config-parsers.ts";
import { err, ok, type Result } from "../core/result.ts";
import { carriesUnicode, type MailSettings, readMailSettings } from "../messaging/email/settings.ts";
import { readSmsSettings, type SmsSettings } from "../messaging/sms/settings.ts";
import type { ClientMetadataPolicy } from "../oauth/client-metadata/document-url.ts";
import type { ClaimsSettings } from "../oauth/custom-claims/settings.ts";
import type { RatePolicies } from "../rate-limit/policies.ts";
import { readRateLimits } from "../rate-limit/settings.ts";
import type { SignUpField } from "../registration/sign-up-fields/sign-up-field.ts";
import type { SignUpSettings } from "../registration/sign-up-settings.ts";
import type { Resource } from "../sessions/resource.ts";
import type { PageLinks } from "../ui/page.ts";
import { authenticationProblems, secondFactorSettings } from "./authentication-settings.ts";
import { readClaimsSettings } from "./claims-settings.ts";
import { type Environment, type Variables, variables } from "./config-schema.ts";
import { eventBindingProblems } from "./event-receivers.ts";
import { readResources } from "./resource-settings.ts";
import { readSignUpFields } from "./sign-up-field-settings.ts";

/** The parsed configuration (contract §5). It is parsed once per isolate and frozen. */
export type Config = {
  readonly environment: Environment;
  readonly authSecret: string;
  /** Previous root secrets, one per line. */
  readonly authSecretPrevious: string | undefined;
  readonly passwordHashBlocks: number;
  readonly breachedPasswordsApi: string | null;
  readonly mail: MailSettings;
  readonly sms: SmsSettings;
  /** Mails and text messages an hour, over all recipients; null when rate limits are off. */
  readonly sendCaps: { readonly email: number; readonly sms: number } | null;
  readonly captcha: CaptchaSettings;
  readonly social: SocialSettings;
  readonly claims: ClaimsSettings;
  readonly rateLimits: RatePolicies | "off";
  readonly settings: Settings;
};

/** The part of the configuration that use cases may depend on. Lifetimes in seconds. */
export type Settings = {
  readonly publicUrl: string;
  /** RESOURCES. This service's own API is not among them. */
  readonly resources: readonly Resource[];
  /** CLIENT_METADATA_DOCUMENTS and CLIENT_METADATA_HOSTS. */
  readonly clientMetadata: ClientMetadataPolicy;
  /** CLIENT_REGISTRATION: whether any client may register itself (RFC 7591). */
  readonly canRegisterClients: boolean;
  readonly accessTokenTtl: number;
  readonly refreshIdleTtl: number;
  readonly refreshMaxTtl: number;
  /** Seconds after a rotation in which the previous refresh token returns its successor. */
  readonly refreshGraceSeconds: number;
  readonly requiredProfileFields: readonly (typeof PROFILE_FIELDS)[number][];
  readonly secondFactor: SecondFactorSettings;
  /** SIGN_IN_METHODS: the methods of the first factor that are allowed. */
  readonly signInMethods: readonly SignInMethod[];
  /** The relying party of WebAuthn: PASSKEY_RP_ID, and the origins that may use its passkeys. */
  readonly passkeys: { readonly rpId: string; readonly origins: readonly string[] };
  readonly signUp: SignUpSettings;
  /** SIGN_UP_FIELDS: custom fields of the sign-up form. */
  readonly signUpFields: readonly SignUpField[];
  /** USERNAME_SIGN_IN: whether a username is accepted in place of the email address. */
  readonly canSignInByUsername: boolean;
  /** Code points. */
  readonly passwordMinLength: number;
  /** Milliseconds from the request to the deletion of an account. */
  readonly accountDeletionDelay: number;
  /** Milliseconds from an admin's request to the removal of a user's factors. */
  readonly factorRemovalDelay: number;
  /** The normalized address whose account becomes superuser when it is verified, or null. */
  readonly bootstrapSuperuser: string | null;
  readonly auditRetentionDays: number;
  /** Days after which an unverified registration without a valid link is deleted. */
  readonly unverifiedRetentionDays: number;
  /** Whether an SMS provider is configured. */
  readonly canText: boolean;
  /** Calling codes that text messages may go to; empty, for all, only with the development mailbox. */
  readonly smsCountries: readonly string[];
  /** Origins that may call this service from a browser, beside its own. */
  readonly allowedOrigins: readonly string[];
  readonly mailFrom: MailSettings["from"];
  /** Whether the mail provider sends to addresses with a local part outside of ASCII. */
  readonly mailCarriesUnicode: boolean;
  /** TERMS_URL, PRIVACY_URL and SUPPORT_URL. */
  readonly links: PageLinks;
  readonly brand: {
    readonly appName: string;
    readonly logoUrl: string | null;
    readonly color: string | null;
    readonly publicUrl: string;
  };
};

/** Defaults in development only. Production must set these variables. */
const DEVELOPMENT_DEFAULTS = {
  PUBLIC_URL: "http://localhost:8787",
  MAIL_PROVIDER: "mailbox",
  SMS_PROVIDER: "mailbox",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
};

/** Parses the Worker's variables. Returns every problem, each with its variable's name and never its value. */
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
  const publicUrl = URL.parse(parsed.data?.PUBLIC_URL ?? "");
  const hostname = publicUrl?.hostname ?? "";
  const captcha = readCaptchaSettings(given, { hostname, isDevelopment: mode === "development" });
  const rateLimits = readRateLimits(given.RATE_LIMITS, mode);
  const social = readSocialSettings(given, mode === "development");
  const resources = readResources(given, {
    isDevelopment: mode === "development",
    publicUrl: publicUrl?.origin ?? null,
  });
  const claims = readClaimsSettings(given);
  const signUpFields = readSignUpFields(given);
  const problems: VariableProblem[] = [];
  if (!environment.success)
    problems.push({ path: "ENVIRONMENT", message: "must be development or production" });
  for (const { path, message } of parsed.error?.issues ?? []) {
    problems.push({ path: String(path[0]), message });
  }
  if (parsed.success) problems.push(...authenticationProblems(parsed.data));
  problems.push(...eventBindingProblems(set));
  if ("problems" in mail) problems.push(...mail.problems);
  else if (mode === "production" && mail.settings.provider === "mailbox") {
    problems.push({ path: "MAIL_PROVIDER", message: "must be a real provider in production" });
  }
  if ("problems" in sms) problems.push(...sms.problems);
  else if (isBilled(sms.settings) && parsed.data?.SMS_COUNTRIES.length === 0) {
    // SMS toll fraud (SMS pumping) uses expensive destination countries.
    problems.push({
      path: "SMS_COUNTRIES",
      message: "must be set with SMS_PROVIDER: the calling codes that may be texted, such as +1,+49",
    });
  }
  if ("problems" in captcha) problems.push(...captcha.problems);
  if ("problems" in rateLimits) problems.push(...rateLimits.problems);
  if ("problems" in social) problems.push(...social.problems);
  if ("problems" in resources) problems.push(...resources.problems);
  if ("problems" in signUpFields) problems.push(...signUpFields.problems);
  if (problems.length > 0 || !parsed.success || "problems" in mail || "problems" in sms) return err(problems);
  if ("problems" in captcha || "problems" in rateLimits || "problems" in social) return err(problems);
  if ("problems" in resources) return err(problems);
  if ("problems" in claims) problems.push(...claims.problems);
  if (problems.length > 0 || !parsed.success || "problems" in mail || "problems" in sms) return err(problems);
  if ("problems" in captcha || "problems" in rateLimits || "problems" in social) return err(problems);
  if ("problems" in claims) return err(problems);
  if ("problems" in signUpFields) return err(problems);
  const providers = {
    mail: mail.settings,
    sms: sms.settings,
    captcha: captcha.settings,
    rateLimits: rateLimits.policies,
    social: social.settings,
    claims: claims.settings,
  };
  const lists = { resources: resources.resources, signUpFields: signUpFields.fields };
  return ok(freeze(mode, parsed.data, providers, lists));
}

/** Whether text messages cost money. The development mailbox may text every country. */
const isBilled = ({ provider }: SmsSettings): boolean => provider !== "off" && provider !== "mailbox";

type ProviderConfig = Pick<Config, "mail" | "sms" | "captcha" | "rateLimits" | "social" | "claims">;

function freeze(
  environment: Environment,
  values: Variables,
  providers: ProviderConfig,
  { resources, signUpFields }: Pick<Settings, "resources" | "signUpFields">,
): Config {
  const publicUrl = new URL(values.PUBLIC_URL).origin;
  return Object.freeze({
    environment,
    authSecret: values.AUTH_SECRET,
    authSecretPrevious: values.AUTH_SECRET_PREVIOUS,
    passwordHashBlocks: values.PASSWORD_HASH_BLOCKS,
    breachedPasswordsApi: values.BREACHED_PASSWORDS === "on" ? values.BREACHED_PASSWORDS_API_BASE : null,
    ...providers,
    sendCaps:
      providers.rateLimits === "off" ? null : { email: values.MAIL_HOURLY_CAP, sms: values.SMS_HOURLY_CAP },
    settings: Object.freeze({
      publicUrl,
      resources,
      clientMetadata: { mode: values.CLIENT_METADATA_DOCUMENTS, hosts: values.CLIENT_METADATA_HOSTS },
      canRegisterClients: values.CLIENT_REGISTRATION === "on",
      accessTokenTtl: values.ACCESS_TOKEN_TTL,
      refreshIdleTtl: values.REFRESH_IDLE_TTL,
      refreshMaxTtl: values.REFRESH_MAX_TTL,
      refreshGraceSeconds: values.REFRESH_GRACE_SECONDS,
      requiredProfileFields: values.REQUIRED_PROFILE_FIELDS,
      secondFactor: secondFactorSettings(values, providers.sms.provider !== "off"),
      signInMethods: values.SIGN_IN_METHODS,
      passkeys: {
        rpId: values.PASSKEY_RP_ID ?? new URL(values.PUBLIC_URL).hostname,
        origins: [publicUrl, ...values.PASSKEY_ORIGINS],
      },
      signUp: {
        policy: values.SIGN_UP,
        domains: values.SIGN_UP_DOMAINS,
        refusesDisposable: values.SIGN_UP_DISPOSABLE === "refuse",
      },
      signUpFields,
      canSignInByUsername: values.USERNAME_SIGN_IN === "on",
      passwordMinLength: values.PASSWORD_MIN_LENGTH,
      accountDeletionDelay: values.ACCOUNT_DELETION_DAYS * DAY,
      factorRemovalDelay: values.FACTOR_REMOVAL_HOURS * HOUR,
      bootstrapSuperuser: values.BOOTSTRAP_SUPERUSER_EMAIL ?? null,
      auditRetentionDays: values.AUDIT_RETENTION_DAYS,
      unverifiedRetentionDays: values.UNVERIFIED_RETENTION_DAYS,
      canText: providers.sms.provider !== "off",
      smsCountries: values.SMS_COUNTRIES,
      allowedOrigins: values.ALLOWED_ORIGINS,
      mailFrom: providers.mail.from,
      mailCarriesUnicode: carriesUnicode(providers.mail),
      links: {
        terms: values.TERMS_URL ?? null,
        privacy: values.PRIVACY_URL ?? null,
        support: values.SUPPORT_URL ?? null,
      },
      brand: {
        appName: values.APP_NAME,
        logoUrl: values.APP_LOGO_URL ?? null,
        color: values.APP_COLOR ?? null,
        publicUrl,
      },
    }),
  });
}
