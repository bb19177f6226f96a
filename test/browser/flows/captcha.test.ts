import { describe, expect, onTestFinished } from "vitest";
import { play, startVerifier, type Verifier } from "../support/captcha-provider.ts";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { it as plain } from "../support/it.ts";
import { WORDS } from "../support/ui-texts.ts";
import { newVisitor } from "../support/visitor.ts";

const { en } = WORDS;

const PROVIDERS = {
  turnstile: { origin: "https://challenges.cloudflare.com", script: "turnstile" },
  "recaptcha-v3": { origin: "https://www.google.com", script: "scores" },
} as const;

type Provider = keyof typeof PROVIDERS;
type Asked = { readonly service: Configured; readonly verifier: Verifier };

async function open(provider: Provider): Promise<Asked> {
  const verifier = await startVerifier();
  const service = await startConfiguredService({
    CAPTCHA_PROVIDER: provider,
    CAPTCHA_SITE_KEY: "site-key",
    CAPTCHA_SECRET: "checked-by-nobody",
    CAPTCHA_API_BASE: verifier.url,
  });
  return { service, verifier };
}

/** A service for each provider, and who answers it. */
const it = plain
  .extend(
    "houses",
    { scope: "file" },
    async ({ stage: _ }, { onCleanup }): Promise<Record<Provider, Asked>> => {
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
  /** Somebody at the page that asks everybody, with that script in the place of the provider's. */
  .extend(
    "forget",
    ({ browser, houses }) =>
      async (provider: Provider, script: Parameters<typeof play>[1]) => {
        const { service, verifier } = houses[provider];
        const origins = [service.origin, PROVIDERS[provider].origin];
        const { context, page, problems } = await newVisitor(browser, origins);
        onTestFinished(() => context.close());
        await play(context, script);
        await page.goto("/forgot-password", { waitUntil: "load" });
        const send = async () => {
          await page.getByLabel(en.fields.email, { exact: true }).fill("ada@example.com");
          await page.getByRole("button", { name: en.forgot.submit }).click();
        };
        return { page, problems, send, missing: page.getByText(en.captcha.missing), tokens: verifier.tokens };
      },
  );

describe.each(Object.keys(PROVIDERS) as Provider[])("the captcha of %s", (provider) => {
  it("goes with the form, and lets it through", async ({ forget }) => {
    const { page, problems, send, missing, tokens } = await forget(provider, PROVIDERS[provider].script);
    await send();
    await page.getByRole("status").getByText(en.notices.resetSent).waitFor();
    expect(tokens.at(-1)).toBe("for-forgot");
    expect(await missing.isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });

  it("that cannot be loaded says so, and what the form needs", async ({ forget }) => {
    const { page, problems, send, missing, tokens } = await forget(provider, "nothing");
    const before = tokens.length;
    await missing.waitFor();
    await send();
    await page.getByRole("alert").getByText(en.failures.captcha_required).waitFor();
    expect(await page.getByLabel(en.fields.email, { exact: true }).inputValue()).toBe("ada@example.com");
    expect(tokens).toHaveLength(before);
    // Nothing but what the browser says of the scripts that did not come: one for each page.
    expect(problems.every((problem) => problem.includes("ERR_FAILED"))).toBe(true);
  });
});

describe("a score", () => {
  it("that the provider refuses to give does not keep the form from being sent", async ({ forget }) => {
    const { page, problems, send } = await forget("recaptcha-v3", "throws");
    await send();
    await page.getByRole("alert").getByText(en.failures.captcha_required).waitFor();
    expect(problems).toEqual([]);
  });

  it("is asked for anew with every try", async ({ forget }) => {
    const { page, send, tokens } = await forget("recaptcha-v3", "scores");
    const before = tokens.length;
    for (let time = 0; time < 2; time++) {
      await send();
      await page.getByRole("status").getByText(en.notices.resetSent).waitFor();
      await page.goBack();
      await page.getByRole("button", { name: en.forgot.submit }).waitFor();
    }
    expect(tokens.length - before).toBe(2);
  });

  it("is asked for once, however often the button is pressed", async ({ forget }) => {
    const { page, tokens } = await forget("recaptcha-v3", "scores");
    const before = tokens.length;
    await page.getByLabel(en.fields.email, { exact: true }).fill("ada@example.com");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText(en.notices.resetSent).waitFor();
    expect(tokens.slice(before)).toEqual(["for-forgot"]);
  });
});
