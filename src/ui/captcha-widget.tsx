import type { CaptchaWidget, PageProps } from "./page.ts";
import type { Form } from "./read-form.ts";

const TURNSTILE = "https://challenges.cloudflare.com";
const RECAPTCHA = "https://www.google.com/recaptcha/";

type Provider = {
  readonly script: (siteKey: string) => string;
  readonly scripts: readonly string[];
  readonly frames: readonly string[];
  /** The CSS class that the provider's script looks for. reCAPTCHA v3 shows no widget. */
  readonly widget: string | null;
};

const recaptcha = {
  scripts: [RECAPTCHA, "https://www.gstatic.com/recaptcha/"],
  frames: [RECAPTCHA, "https://recaptcha.google.com/recaptcha/"],
};

const providers: Record<CaptchaWidget["provider"], Provider> = {
  turnstile: {
    script: () => `${TURNSTILE}/turnstile/v0/api.js`,
    scripts: [TURNSTILE],
    frames: [TURNSTILE],
    widget: "cf-turnstile",
  },
  "recaptcha-v2": { ...recaptcha, script: () => `${RECAPTCHA}api.js`, widget: "g-recaptcha" },
  "recaptcha-v3": { ...recaptcha, script: (key) => `${RECAPTCHA}api.js?render=${key}`, widget: null },
};

/** Sources that only the policy of a page with a captcha allows. */
export const captchaSources = (captcha: CaptchaWidget | null): Pick<Provider, "scripts" | "frames"> =>
  captcha ? providers[captcha.provider] : { scripts: [], frames: [] };

/** The provider's script, on pages with a captcha. */
export const CaptchaScript = ({ p: { captcha } }: { p: PageProps }) =>
  captcha ? <script src={providers[captcha.provider].script(captcha.siteKey)} async defer /> : null;

/** The widget in its form, and a message for browsers that cannot load it. */
export function Captcha({ p: { captcha, t } }: { p: PageProps }) {
  if (!captcha) return null;
  const { widget } = providers[captcha.provider];
  return (
    <div class="captcha" data-captcha={captcha.provider} data-key={captcha.siteKey} data-for={captcha.action}>
      {widget && (
        <div
          class={widget}
          data-sitekey={captcha.siteKey}
          data-action={captcha.action}
          data-theme="auto"
          data-size="flexible"
          data-response-field-name="captchaToken"
        />
      )}
      {!widget && <input type="hidden" name="captchaToken" />}
      <p class="alert" role="alert" hidden data-captcha-missing>
        {t.captcha.missing}
      </p>
      <noscript>
        <p class="alert">{t.captcha.noScript}</p>
      </noscript>
    </div>
  );
}

/** The token of the form, whichever provider's widget set it. */
export const readCaptchaToken = (form: Form): string | undefined =>
  form.text("captchaToken") || form.text("g-recaptcha-response") || undefined;
