import { env } from "cloudflare:workers";
import { createCaptchaProof } from "../../../src/captcha/create-captcha-proof.ts";
import type { CaptchaProvider } from "../../../src/captcha/port.ts";
import { createCaptchaProvider } from "../../../src/captcha/providers.ts";
import { requireCaptcha } from "../../../src/captcha/require-captcha.ts";
import { captchaProofStore } from "../../../src/captcha/store.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { createTestClock } from "../../support/service.ts";

export const PROVIDER_TOKEN = "0.a-token-of-the-widget";
export const ip = "192.0.2.1";

/** The captcha use cases on the real D1, with a real provider on loopback. */
export async function openCaptcha(siteverify: { status?: number; body?: object } = {}) {
  const loopback = openLoopback();
  const body = siteverify.body ?? { success: true, hostname: "auth.example.com" };
  const status = siteverify.status ?? 200;
  await loopback.answer({ kind: "respond", status, body: JSON.stringify(body) });
  const captchaProvider = createCaptchaProvider({
    provider: "recaptcha-v2",
    siteKey: "site",
    secret: "secret",
    hostname: "auth.example.com",
    apiBase: loopback.url,
  });
  const clock = createTestClock();
  const meter = newMeter();
  const captchaProofs = captchaProofStore(openDatabase(env.DB, meter));
  const deps = { clock, captchaProvider, captchaProofs };
  const check = (
    token: string | undefined,
    isRequired = true,
    provider: CaptchaProvider | null = captchaProvider,
  ) =>
    requireCaptcha(
      { ...deps, captchaProvider: provider },
      { token, action: "login", ip, required: isRequired },
    );
  return { ...loopback, deps, clock, meter, check };
}

type CaptchaService = Awaited<ReturnType<typeof openCaptcha>>;

export async function createProof({ deps }: CaptchaService): Promise<string> {
  const result = await createCaptchaProof(deps, { token: PROVIDER_TOKEN, ip });
  if (result.outcome !== "passed") throw new Error(`the captcha was ${result.outcome}`);
  return result.proof;
}

/** A provider that passes every token, and records its inputs. */
export function passingProvider() {
  const inputs: unknown[] = [];
  const captchaProvider: CaptchaProvider = {
    async verify(input) {
      inputs.push(input);
      return "passed";
    },
  };
  return { captchaProvider, inputs };
}

export const proofRows = async () =>
  (await env.DB.prepare("SELECT proof_hash, expires_at FROM captcha_proofs").all()).results;
