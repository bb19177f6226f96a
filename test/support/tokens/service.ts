import { openLoopback } from "../loopback/loopback.ts";
import { resourceUri } from "../resources.ts";
import { createTestClock, startService } from "../service.ts";
import { openApple } from "../social/apple.ts";
import { openProviders } from "../social/providers.ts";

export const providers = openProviders();
export const apple = await openApple();
const captchaProvider = openLoopback();

const clock = createTestClock();
/** The scope of machines at the resource of the client app. */
export const MACHINE_SCOPE = "app:work";
const RESOURCES = JSON.stringify([
  { uri: resourceUri("app"), alias: "app", scopes: { [MACHINE_SCOPE]: "Work" } },
]);
const variables = { ...providers.variables, ...apple.variables, RESOURCES };
export const service = startService({ env: variables, clock });
/** The same storage at the time of the real OpenID provider. */
export const live = startService({ env: variables, clock: { now: Date.now, advance: () => {} } });
/** The same storage, where an unknown device needs a second factor. */
export const newDevice = startService({ env: { ...variables, LOGIN_OTP: "new_device" }, clock });
/** The same storage, with captchas. Its provider passes a token only while a proof is created. */
export const guarded = startService({
  clock,
  env: {
    CAPTCHA_PROVIDER: "turnstile",
    CAPTCHA_SITE_KEY: "site-key",
    CAPTCHA_SECRET: "captcha-secret",
    CAPTCHA_API_BASE: captchaProvider.url,
  },
});

const answerCaptcha = (success: boolean) =>
  captchaProvider.answer({
    kind: "respond",
    status: 200,
    body: JSON.stringify({ success, hostname: "gatehouse.test", action: "prove", "error-codes": [] }),
  });

export const WIDGET_TOKEN = "a token of the captcha widget";

/** Exchanges a token of the widget. The provider knows `WIDGET_TOKEN` alone. */
export async function captchaProof(token: string) {
  await answerCaptcha(token === WIDGET_TOKEN);
  const answer = await guarded.post("/captcha/verify", { token });
  await answerCaptcha(false);
  return answer;
}
