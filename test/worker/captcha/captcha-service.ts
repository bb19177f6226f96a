import { env } from "cloudflare:workers";
import { createCaptchaProof } from "../../../src/captcha/create-captcha-proof.ts";
import type { CaptchaCheck } from "../../../src/captcha/port.ts";
import { createCaptcha } from "../../../src/captcha/providers.ts";
import { requireCaptcha } from "../../../src/captcha/require-captcha.ts";
import { captchaProofStore } from "../../../src/captcha/store.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { createTestClock } from "../../support/service.ts";

export const PROVIDER_TOKEN = "0.a-token-of-the-widget";
export const ip = "192.0.2.1";

/** The room on the real D1, with a real provider whose host is on loopback. */
export async function openRoom(siteverify: { status?: number; body?: object } = {}) {
  const loopback = openLoopback();
  const said = siteverify.body ?? { success: true, hostname: "auth.example.com" };
  const status = siteverify.status ?? 200;
  await loopback.answer({ kind: "respond", status, body: JSON.stringify(said) });
  const captcha = createCaptcha({
    provider: "recaptcha-v2",
    siteKey: "site",
    secret: "secret",
    hostname: "auth.example.com",
    apiBase: loopback.url,
  });
  const clock = createTestClock();
  const meter = newMeter();
  const captchaProofs = captchaProofStore(openDatabase(env.DB, meter));
  const deps = { clock, captcha, captchaProofs };
  const use = (token: string | undefined, asked = true, captchaNow: CaptchaCheck | null = captcha) =>
    requireCaptcha({ ...deps, captcha: captchaNow }, { token, action: "login", ip, asked });
  return { ...loopback, deps, clock, meter, use };
}

type Room = Awaited<ReturnType<typeof openRoom>>;

export async function proofFrom({ deps }: Room): Promise<string> {
  const result = await createCaptchaProof(deps, { token: PROVIDER_TOKEN, ip });
  if (result.outcome !== "passed") throw new Error(`the captcha was ${result.outcome}`);
  return result.proof;
}

/** A provider that vouches for everybody, and what it was asked. */
export function passing() {
  const seen: unknown[] = [];
  const captcha: CaptchaCheck = {
    async verify(input) {
      seen.push(input);
      return "passed";
    },
  };
  return { captcha, seen };
}

export const rows = async () =>
  (await env.DB.prepare("SELECT proof_hash, expires_at FROM captcha_proofs").all()).results;
