import type { CaptchaVerdict } from "../../src/captcha/port.ts";
import type { CaptchaSettings } from "../../src/captcha/settings.ts";

/** The claim that every provider verifies. Address and token need escaping in a form. */
export const claim = {
  token: "0.a+token/of=the&widget %41 ✓",
  ip: "2001:db8::1",
  action: "register",
} as const;

export const HOSTNAME = "auth.example.com";

/** The keys that every provider's settings have. */
export const keys = (apiBase: string) => ({
  siteKey: "0x4AAAAAAAsite",
  secret: "0x4AAAAAAA+secret/&=",
  hostname: HOSTNAME,
  apiBase,
});

/** The body of a `siteverify` response. */
export type Siteverify = Readonly<Record<string, unknown>>;

export type ProviderCase = {
  readonly settings: (apiBase: string) => CaptchaSettings;
  /** The provider's production URL. */
  readonly url: string;
  /** Every form field, as an exact value or a pattern. */
  readonly fields: Readonly<Record<string, string | RegExp>>;
  /** A complete success response for `claim`. */
  readonly success: Siteverify;
  /** Responses specific to this provider, each as a change to the success response. */
  readonly specificResponses: readonly {
    readonly name: string;
    readonly response: Siteverify;
    readonly verdict: CaptchaVerdict;
  }[];
};
