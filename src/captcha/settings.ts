import * as z from "zod";
import { isTestSecret } from "./rules.ts";

type Keyed = {
  /** Public: pages show the widget with it. */
  readonly siteKey: string;
  readonly secret: string;
  /** Takes the place of the provider's own host; without a slash at its end. */
  readonly apiBase: string | null;
  /** The one site whose widgets count, as the URL parser writes it. */
  readonly hostname: string;
};

type SettingsByProvider = {
  readonly off: unknown;
  /** `acceptTestSecrets`: development, where Cloudflare's published secrets may be used. */
  readonly turnstile: Keyed & { readonly acceptTestSecrets: boolean };
  readonly "recaptcha-v2": Keyed;
  /** `minScore`: the least score, from 0 to 1, that is taken for a person. */
  readonly "recaptcha-v3": Keyed & { readonly minScore: number };
};

export type CaptchaProviderId = keyof SettingsByProvider;

/** Who checks captchas: one member for each provider, told apart by `provider`. */
export type CaptchaSettings<Id extends CaptchaProviderId = CaptchaProviderId> = {
  [P in Id]: { readonly provider: P } & SettingsByProvider[P];
}[Id];

/** `path` is the variable's name; `message` never repeats a value, which may be a secret. */
export type SettingsProblem = { readonly path: string; readonly message: string };

/** `hostname` is that of `PUBLIC_URL`, so a service without one reads no settings. */
type Site = { readonly hostname: string; readonly isDevelopment: boolean };

const DEFAULT_MIN_SCORE = 0.5;

const required = (what: string) =>
  z.string({ error: (issue) => (issue.input === undefined ? `must be set: ${what}` : "must be text") });

const siteKey = required("the widget's public key").regex(/^[\w-]+$/, "must be letters, digits, - and _");
const secret = required("the widget's secret key").regex(
  /^[\x21-\x7e]+$/,
  "must be visible ASCII characters without spaces",
);
const apiBase = z
  .string("must be text")
  .refine(isPlainHttpUrl, "must be an http or https URL without credentials, query or fragment")
  .transform((url) => url.replace(/\/+$/, ""))
  .optional()
  .transform((url) => url ?? null);

const SCORE = "must be a number from 0 to 1, such as 0.5";
// Not coerced: null, true or a list would become numbers, and 0 lets every robot in.
const minScore = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d*\.?\d+$/, SCORE)
        .transform(Number),
    ],
    SCORE,
  )
  .pipe(z.number(SCORE).min(0, SCORE).max(1, SCORE))
  .default(DEFAULT_MIN_SCORE);

const keys = { CAPTCHA_SITE_KEY: siteKey, CAPTCHA_SECRET: secret, CAPTCHA_API_BASE: apiBase };
type Keys = z.output<z.ZodObject<typeof keys>>;

const keyed = (v: Keys, { hostname }: Site): Keyed => ({
  siteKey: v.CAPTCHA_SITE_KEY,
  secret: v.CAPTCHA_SECRET,
  apiBase: v.CAPTCHA_API_BASE,
  hostname,
});

const variablesOf = {
  off: () => z.object({}).transform(() => ({ provider: "off" as const })),
  turnstile: (site) =>
    z
      .object({
        ...keys,
        CAPTCHA_SECRET: secret.refine(
          (value) => site.isDevelopment || !isTestSecret(value),
          "must not be a published test secret in production",
        ),
      })
      .transform((v) => ({
        provider: "turnstile" as const,
        ...keyed(v, site),
        acceptTestSecrets: site.isDevelopment,
      })),
  "recaptcha-v2": (site) =>
    z.object(keys).transform((v) => ({ provider: "recaptcha-v2" as const, ...keyed(v, site) })),
  "recaptcha-v3": (site) =>
    z.object({ ...keys, CAPTCHA_MIN_SCORE: minScore }).transform((v) => ({
      provider: "recaptcha-v3" as const,
      ...keyed(v, site),
      minScore: v.CAPTCHA_MIN_SCORE,
    })),
} satisfies { [Id in CaptchaProviderId]: (site: Site) => z.ZodType<CaptchaSettings<Id>> };

const isProviderId = (value: unknown): value is CaptchaProviderId =>
  typeof value === "string" && Object.hasOwn(variablesOf, value);

/**
 * Reads the `CAPTCHA_*` variables of the contract's §5. Every problem is reported, not only the
 * first; a blank variable counts as one that is not set, and space around a value is forgiven.
 */
export function readCaptchaSettings(
  raw: Record<string, unknown>,
  site: Site,
): { readonly settings: CaptchaSettings } | { readonly problems: readonly SettingsProblem[] } {
  const variables = withoutBlanks(raw);
  // Only a variable that is not set turns captchas off: null is a mistake.
  const id = variables.CAPTCHA_PROVIDER === undefined ? "off" : variables.CAPTCHA_PROVIDER;
  if (!isProviderId(id)) {
    const message = `must be one of ${Object.keys(variablesOf).join(", ")}`;
    return { problems: [{ path: "CAPTCHA_PROVIDER", message }] };
  }
  const read = variablesOf[id](site).safeParse(variables);
  if (read.success) return { settings: read.data };
  return { problems: read.error.issues.map(({ path, message }) => ({ path: path.join("."), message })) };
}

function withoutBlanks(raw: Record<string, unknown>): Record<string, unknown> {
  const trimmed = Object.entries(raw).map(([name, value]) => [
    name,
    typeof value === "string" ? value.trim() : value,
  ]);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
}

function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
