import * as z from "zod/mini";
import { PROFILE_FIELDS } from "../accounts/account.ts";
import { SECOND_FACTOR_KINDS } from "../authentication/second-factor/policy.ts";
import { SIGN_IN_METHODS } from "../authentication/sign-in-methods.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../core/clock.ts";
import { isPlainHttpUrl, providerUrl } from "../core/config-parsers.ts";
import { linesOf } from "../core/crypto/secret-ring.ts";
import { asciiDomain, parseEmailAddress } from "../core/email-address.ts";
import { isLoopbackOrigin, isPublicHost } from "../core/public-host.ts";
import { utf8Length } from "../core/text.ts";

export type Environment = "development" | "production";

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

/** A page that the pages of the service link to. */
const pageUrl = (allowHttp: boolean, more: readonly string[] = []) => {
  const schemes = ["https:", ...(allowHttp ? ["http:"] : []), ...more];
  const names = schemes.map((scheme) => scheme.slice(0, -1)).join(" or ");
  return z
    .string("must be a URL")
    .check(
      z.refine((text) => schemes.includes(URL.parse(text)?.protocol ?? ""), `must be a URL with ${names}`),
    );
};

const seconds = (fallback: number, max: number) =>
  z._default(
    z.coerce
      .number("must be a number of seconds")
      .check(
        z.int("must be whole seconds"),
        z.minimum(1, "must be at least 1 second"),
        z.maximum(max / SECOND, `must be at most ${max / SECOND} seconds`),
      ),
    fallback / SECOND,
  );

const days = (fallback: number) =>
  z._default(
    z.coerce
      .number("must be a number of days")
      .check(z.int("must be whole days"), z.minimum(1, "must be at least 1 day")),
    fallback,
  );

const daysFromZero = (fallback: number) =>
  z._default(
    z.coerce
      .number("must be a number of days")
      .check(
        z.int("must be whole days"),
        z.minimum(0, "must be at least 0 days"),
        z.maximum(365, "must be at most 365 days"),
      ),
    fallback,
  );

const hourlyCap = (fallback: number) =>
  z._default(
    z.coerce
      .number("must be a number")
      .check(z.int("must be a whole number"), z.minimum(1, "must be at least 1")),
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

/** A domain in the ASCII form that addresses have. The root label may be written: "example.com." */
const domain = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const ascii = asciiDomain(text.replace(/\.$/, ""));
    if (ascii !== null) return ascii;
    context.issues.push({
      code: "custom",
      message: "must be a list of domains such as example.com",
      input: text,
    });
    return z.NEVER;
  }),
);

/** The service's own variables. Each provider reads its own. The messages are for operators. */
export const variables = (environment: Environment) =>
  z.object({
    // A line break would split it into two once it moves to AUTH_SECRET_PREVIOUS.
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
    // The routes have no base path, so the issuer must not have one.
    PUBLIC_URL: httpUrl(environment === "development").check(
      z.refine((value) => (URL.parse(value)?.pathname ?? "/") === "/", "must not have a path"),
    ),
    APP_NAME: z._default(
      z
        .string("must be text")
        .check(z.minLength(1, "must not be empty"), z.maxLength(64, "must have at most 64 characters")),
      "Gatehouse",
    ),
    APP_LOGO_URL: z.optional(httpUrl(environment === "development")),
    TERMS_URL: z.optional(pageUrl(environment === "development")),
    PRIVACY_URL: z.optional(pageUrl(environment === "development")),
    SUPPORT_URL: z.optional(pageUrl(environment === "development", ["mailto:"])),
    APP_COLOR: z.optional(
      z.string("must be text").check(z.regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, "must be #rgb or #rrggbb")),
    ),
    ACCESS_TOKEN_TTL: seconds(15 * MINUTE, DAY),
    REFRESH_IDLE_TTL: seconds(7 * DAY, 365 * DAY),
    REFRESH_MAX_TTL: seconds(30 * DAY, 365 * DAY),
    REFRESH_GRACE_SECONDS: seconds(10 * SECOND, HOUR),
    REQUIRED_PROFILE_FIELDS: z._default(
      commaList(z.enum(PROFILE_FIELDS, `may name ${PROFILE_FIELDS.join(", ")}`)),
      [],
    ),
    // The earlier name of SECOND_FACTOR.
    LOGIN_OTP: z.optional(z.enum(["off", "new_device", "always"], "must be off, new_device or always")),
    SECOND_FACTOR: z.optional(
      commaList(
        z
          .string()
          .check(
            z.regex(
              /^(?:(?:user|admin|superuser):)?(?:off|optional|new_device|required)$/,
              "must be off, optional, new_device or required, and may add roles, such as optional,admin:required",
            ),
          ),
      ).check(
        z.refine(
          (entries) => entries.filter((entry) => !entry.includes(":")).length === 1,
          "must have one value for all roles, such as optional or optional,admin:required",
        ),
      ),
    ),
    SECOND_FACTORS: z._default(
      commaList(z.enum(SECOND_FACTOR_KINDS, `may name ${SECOND_FACTOR_KINDS.join(", ")}`)).check(
        z.refine((kinds) => kinds.length > 0, "must name at least one"),
      ),
      ["totp", "passkey", "email_otp", "recovery_code"],
    ),
    SECOND_FACTOR_GRACE_DAYS: daysFromZero(0),
    TRUSTED_DEVICE_DAYS: daysFromZero(30),
    SIGN_IN_METHODS: z._default(
      commaList(z.enum(SIGN_IN_METHODS, `may name ${SIGN_IN_METHODS.join(", ")}`)).check(
        z.refine((methods) => methods.length > 0, "must name at least one"),
      ),
      ["password", "passkey", "social"],
    ),
    PASSKEY_RP_ID: z.optional(
      z.string("must be a domain").check(z.regex(/^[a-z0-9.-]+$/, "must be a domain such as example.com")),
    ),
    PASSKEY_ORIGINS: z._default(
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
    SIGN_UP: z._default(z.enum(["open", "invited", "closed"], "must be open, invited or closed"), "open"),
    SIGN_UP_DOMAINS: z._default(commaList(domain), []),
    SIGN_UP_DISPOSABLE: z._default(z.enum(["allow", "refuse"], "must be allow or refuse"), "allow"),
    USERNAME_SIGN_IN: z._default(z.enum(["off", "on"], "must be off or on"), "off"),
    PASSWORD_MIN_LENGTH: z._default(
      z.coerce
        .number("must be a number")
        .check(
          z.int("must be a whole number"),
          z.minimum(8, "must be at least 8"),
          z.maximum(64, "must be at most 64"),
        ),
      8,
    ),
    ACCOUNT_DELETION_DAYS: daysFromZero(14),
    FACTOR_REMOVAL_HOURS: z._default(
      z.coerce
        .number("must be a number of hours")
        .check(
          z.int("must be whole hours"),
          z.minimum(1, "must be at least 1 hour"),
          z.maximum(720, "must be at most 720 hours"),
        ),
      72,
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
    // Earlier releases read it. An operator who still sets it expects apps to sign in, which takes a client now.
    ALLOWED_RETURN_URLS: z.optional(
      z.undefined(
        "is replaced by clients: register each app as a client with its redirect URIs, and remove this variable",
      ),
    ),
    AUDIENCES: z._default(commaList(z.string()), []),
    CLIENT_METADATA_DOCUMENTS: z._default(
      z.enum(["off", "allowlist", "on"], "must be off, allowlist or on"),
      "allowlist",
    ),
    CLIENT_METADATA_HOSTS: z._default(
      commaList(
        z
          .string()
          .check(
            z.refine(
              (host) => isPublicHost(host) || (environment === "development" && isLoopbackOrigin(host)),
              "must be a list of host names such as app.example.com",
            ),
          ),
      ),
      [],
    ),
    CLIENT_REGISTRATION: z._default(z.enum(["off", "on"], "must be off or on"), "off"),
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
    AUDIT_RETENTION_DAYS: days(365),
    UNVERIFIED_RETENTION_DAYS: days(7),
    PASSWORD_HASH_BLOCKS: z._default(
      z.coerce
        .number("must be a number")
        .check(
          z.int("must be a whole number"),
          z.minimum(1, "must be at least 1"),
          z.maximum(50, "must be at most 50"),
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

export type Variables = z.output<ReturnType<typeof variables>>;

/** Exactly an origin: it is compared with the `Origin` header. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}
