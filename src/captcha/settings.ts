import * as z from "zod/mini";
import { noSettings, type ReadSettings, readProviderSettings } from "../core/provider-settings.ts";
import { apiBase, requiredKey, requiredText } from "../core/variables.ts";
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

/** `hostname` is that of `PUBLIC_URL`, so a service without one reads no settings. */
type Site = { readonly hostname: string; readonly isDevelopment: boolean };

const DEFAULT_MIN_SCORE = 0.5;

const siteKey = requiredText("the widget's public key").check(
  z.regex(/^[\w-]+$/, "must be letters, digits, - and _"),
);
const secret = requiredKey("the widget's secret key");
const SCORE = "must be a number from 0 to 1, such as 0.5";
// Not coerced: null, true or a list would become numbers, and 0 lets every robot in.
const minScore = z._default(
  z.pipe(
    z.union(
      [z.number(), z.pipe(z.string().check(z.regex(/^\d*\.?\d+$/, SCORE)), z.transform(Number))],
      SCORE,
    ),
    z.number(SCORE).check(z.minimum(0, SCORE), z.maximum(1, SCORE)),
  ),
  DEFAULT_MIN_SCORE,
);

const keysOf = (site: Site) => ({
  CAPTCHA_SITE_KEY: siteKey,
  CAPTCHA_SECRET: secret,
  CAPTCHA_API_BASE: apiBase(site),
});
type Keys = z.output<z.ZodMiniObject<ReturnType<typeof keysOf>>>;

const keyed = (v: Keys, { hostname }: Site): Keyed => ({
  siteKey: v.CAPTCHA_SITE_KEY,
  secret: v.CAPTCHA_SECRET,
  apiBase: v.CAPTCHA_API_BASE,
  hostname,
});

const variablesOf = {
  off: noSettings("off"),
  turnstile: (site) =>
    z.pipe(
      z.object({
        ...keysOf(site),
        CAPTCHA_SECRET: secret.check(
          z.refine(
            (value) => site.isDevelopment || !isTestSecret(value),
            "must not be a published test secret in production",
          ),
        ),
      }),
      z.transform((v) => ({
        provider: "turnstile" as const,
        ...keyed(v, site),
        acceptTestSecrets: site.isDevelopment,
      })),
    ),
  "recaptcha-v2": (site) =>
    z.pipe(
      z.object(keysOf(site)),
      z.transform((v) => ({ provider: "recaptcha-v2" as const, ...keyed(v, site) })),
    ),
  "recaptcha-v3": (site) =>
    z.pipe(
      z.object({ ...keysOf(site), CAPTCHA_MIN_SCORE: minScore }),
      z.transform((v) => ({
        provider: "recaptcha-v3" as const,
        ...keyed(v, site),
        minScore: v.CAPTCHA_MIN_SCORE,
      })),
    ),
} satisfies { [Id in CaptchaProviderId]: (site: Site) => z.ZodMiniType<CaptchaSettings<Id>> };

/** Reads the `CAPTCHA_*` variables of the contract's §5. */
export const readCaptchaSettings = (
  raw: Record<string, unknown>,
  site: Site,
): ReadSettings<CaptchaSettings> => readProviderSettings("CAPTCHA_PROVIDER", variablesOf, raw, site);
