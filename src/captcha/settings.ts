import * as z from "zod/mini";
import { apiBase, requiredKey, requiredText } from "../core/config-parsers.ts";
import { noSettings, type ReadSettings, readProviderSettings } from "../core/provider-settings.ts";
import { isTestSecret } from "./rules.ts";

type ProviderKeys = {
  /** Public key of the widget. */
  readonly siteKey: string;
  readonly secret: string;
  /** Replaces the provider's base URL. No trailing slash. */
  readonly apiBase: string | null;
  /** The required hostname of the widget, in the form of the URL parser. */
  readonly hostname: string;
};

type SettingsByProvider = {
  readonly off: unknown;
  /** `acceptTestSecrets`: true in development, where Cloudflare's published test secrets are allowed. */
  readonly turnstile: ProviderKeys & { readonly acceptTestSecrets: boolean };
  readonly "recaptcha-v2": ProviderKeys;
  /** `minScore`: the minimum score, from 0 to 1, that counts as human. */
  readonly "recaptcha-v3": ProviderKeys & { readonly minScore: number };
};

export type CaptchaProviderId = keyof SettingsByProvider;

/** The settings of the captcha provider: a union discriminated by `provider`. */
export type CaptchaSettings<Id extends CaptchaProviderId = CaptchaProviderId> = {
  [P in Id]: { readonly provider: P } & SettingsByProvider[P];
}[Id];

/** `hostname` is the host of `PUBLIC_URL`. */
type Site = { readonly hostname: string; readonly isDevelopment: boolean };

const DEFAULT_MIN_SCORE = 0.5;

const siteKey = requiredText("the widget's public key").check(
  z.regex(/^[\w-]+$/, "must be letters, digits, - and _"),
);
const secret = requiredKey("the widget's secret key");
const SCORE_MESSAGE = "must be a number from 0 to 1, such as 0.5";
// Not coerced: null, true or a list would become numbers, and 0 accepts every bot.
const minScore = z._default(
  z.pipe(
    z.union(
      [z.number(), z.pipe(z.string().check(z.regex(/^\d*\.?\d+$/, SCORE_MESSAGE)), z.transform(Number))],
      SCORE_MESSAGE,
    ),
    z.number(SCORE_MESSAGE).check(z.minimum(0, SCORE_MESSAGE), z.maximum(1, SCORE_MESSAGE)),
  ),
  DEFAULT_MIN_SCORE,
);

const keyVariables = (site: Site) => ({
  CAPTCHA_SITE_KEY: siteKey,
  CAPTCHA_SECRET: secret,
  CAPTCHA_API_BASE: apiBase(site),
});
type KeyVariables = z.output<z.ZodMiniObject<ReturnType<typeof keyVariables>>>;

const toProviderKeys = (v: KeyVariables, { hostname }: Site): ProviderKeys => ({
  siteKey: v.CAPTCHA_SITE_KEY,
  secret: v.CAPTCHA_SECRET,
  apiBase: v.CAPTCHA_API_BASE,
  hostname,
});

const schemas = {
  off: noSettings("off"),
  turnstile: (site) =>
    z.pipe(
      z.object({
        ...keyVariables(site),
        CAPTCHA_SECRET: secret.check(
          z.refine(
            (value) => site.isDevelopment || !isTestSecret(value),
            "must not be a published test secret in production",
          ),
        ),
      }),
      z.transform((v) => ({
        provider: "turnstile" as const,
        ...toProviderKeys(v, site),
        acceptTestSecrets: site.isDevelopment,
      })),
    ),
  "recaptcha-v2": (site) =>
    z.pipe(
      z.object(keyVariables(site)),
      z.transform((v) => ({ provider: "recaptcha-v2" as const, ...toProviderKeys(v, site) })),
    ),
  "recaptcha-v3": (site) =>
    z.pipe(
      z.object({ ...keyVariables(site), CAPTCHA_MIN_SCORE: minScore }),
      z.transform((v) => ({
        provider: "recaptcha-v3" as const,
        ...toProviderKeys(v, site),
        minScore: v.CAPTCHA_MIN_SCORE,
      })),
    ),
} satisfies { [Id in CaptchaProviderId]: (site: Site) => z.ZodMiniType<CaptchaSettings<Id>> };

/** Reads the `CAPTCHA_*` variables (contract §5). */
export const readCaptchaSettings = (
  raw: Record<string, unknown>,
  site: Site,
): ReadSettings<CaptchaSettings> => readProviderSettings("CAPTCHA_PROVIDER", schemas, raw, site);
