import { describe, expect, onTestFinished } from "vitest";
import {
  type CaptchaVerifier,
  mockProviderScript,
  startCaptchaVerifier,
} from "../support/captcha-provider.ts";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { it as plain } from "../support/fixtures.ts";
import { WORDS } from "../support/ui-texts.ts";
import { newVisitor } from "../support/visitor.ts";

const { en } = WORDS;

const PROVIDERS = {
  turnstile: { origin: "https://challenges.cloudflare.com", script: "turnstile" },
  "recaptcha-v3": { origin: "https://www.google.com", script: "scores" },
} as const;

type Provider = keyof typeof PROVIDERS;
type CaptchaSetup = { readonly service: Configured; readonly verifier: CaptchaVerifier };

async function open(provider: Provider): Promise<CaptchaSetup> {
  const verifier = await startCaptchaVerifier();
  const service = await startConfiguredService({
    CAPTCHA_PROVIDER: provider,
    CAPTCHA_SITE_KEY: "site-key",
    CAPTCHA_SECRET: "unchecked",
    CAPTCHA_API_BASE: verifier.url,
  });
  return { service, verifier };
}

/** A service for each provider, with the fake of its API. */
const it = plain
  .extend(
    "services",
    { scope: "file" },
    async ({ testServer: _ }, { onCleanup }): Promise<Record<Provider, CaptchaSetup>> => {
      const [turnstile, scores] = await Promise.all([open("turnstile"), open("recaptcha-v3")]);
      onCleanup(async () => {
        for (const { service, verifier } of [turnstile, scores]) {
          verifier.stop();
          await service.stop();
        }
      });
      return { turnstile, "recaptcha-v3": scores };
    },
  )
  /** Opens the page that always shows a captcha, with that script in place of the provider's. */
  .extend(
    "openForgotPassword",
    ({ browser, services }) =>
      async (provider: Provider, script: Parameters<typeof mockProviderScript>[1]) => {
        const { service, verifier } = services[provider];
        const origins = [service.origin, PROVIDERS[provider].origin];
        const { context, page, problems } = await newVisitor(browser, origins);
        onTestFinished(() => context.close());
        await mockProviderScript(context, script);
        await page.goto("/forgot-password", { waitUntil: "load" });
        const send = async () => {
          await page.getByLabel(en.fields.email, { exact: true }).fill("ada@example.com");
          await page.getByRole("button", { name: en.forgot.submit }).click();
        };
        return { page, problems, send, missing: page.getByText(en.captcha.missing), tokens: verifier.tokens };
      },
  );

describe.each(Object.keys(PROVIDERS) as Provider[])("the captcha of %s", (provider) => {
  it("the widget adds its token to the form, which the service accepts", async ({ openForgotPassword }) => {
    const { page, problems, send, missing, tokens } = await openForgotPassword(
      provider,
      PROVIDERS[provider].script,
    );
    await send();
    await page.getByRole("status").getByText(en.notices.resetSent).waitFor();
    expect(tokens.at(-1)).toBe("for-forgot");
    expect(await missing.isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });

  it("the page shows a message when the captcha script cannot be loaded", async ({ openForgotPassword }) => {
    const { page, problems, send, missing, tokens } = await openForgotPassword(provider, "nothing");
    const before = tokens.length;
    await missing.waitFor();
    await send();
    await page.getByRole("alert").getByText(en.failures.captcha_required).waitFor();
    expect(await page.getByLabel(en.fields.email, { exact: true }).inputValue()).toBe("ada@example.com");
    expect(tokens).toHaveLength(before);
    // Only the browser's error for the failed script, one for each page.
    expect(problems.every((problem) => problem.includes("ERR_FAILED"))).toBe(true);
  });
});

describe("reCAPTCHA v3", () => {
  it("submits the form when the provider gives no token", async ({ openForgotPassword }) => {
    const { page, problems, send } = await openForgotPassword("recaptcha-v3", "throws");
    await send();
    await page.getByRole("alert").getByText(en.failures.captcha_required).waitFor();
    expect(problems).toEqual([]);
  });

  it("requests a new token for each submit", async ({ openForgotPassword }) => {
    const { page, send, tokens } = await openForgotPassword("recaptcha-v3", "scores");
    const before = tokens.length;
    for (let time = 0; time < 2; time++) {
      await send();
      await page.getByRole("status").getByText(en.notices.resetSent).waitFor();
      await page.goBack();
      await page.getByRole("button", { name: en.forgot.submit }).waitFor();
    }
    expect(tokens.length - before).toBe(2);
  });

  it("requests one token when the form is submitted twice", async ({ openForgotPassword }) => {
    const { page, tokens } = await openForgotPassword("recaptcha-v3", "scores");
    const before = tokens.length;
    await page.getByLabel(en.fields.email, { exact: true }).fill("ada@example.com");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText(en.notices.resetSent).waitFor();
    expect(tokens.slice(before)).toEqual(["for-forgot"]);
  });
});
