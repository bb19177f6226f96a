import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { SIGN_IN_METHODS } from "../../../src/authentication/sign-in-methods.ts";
import { createFaultyD1 } from "../d1.ts";
import { dumpDatabase } from "../database-rows.ts";
import { ALL_KINDS } from "../factors.ts";
import { createUnreachableKv } from "../kv.ts";
import { openLoopback } from "../loopback/loopback.ts";
import { createRpcCaller } from "../rpc.ts";
import { type ApiResponse, createTestClock, startService } from "../service.ts";
import { openApple } from "../social/apple.ts";
import { CLIENT } from "../social/provider-client.ts";
import { openProviders } from "../social/providers.ts";
import { type Canaries, createCanaries } from "./canaries.ts";

type RequestOptions = {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
};

const jsonResponse = (value: object, status = 200) =>
  ({ kind: "respond", status, body: JSON.stringify(value) }) as const;
const captchaSuccess = jsonResponse({ success: true, hostname: "gatehouse.test" });

/**
 * A service with provider adapters on loopback and planted secrets. After every request it records the
 * response, the log and the stores, so that the test can search them.
 */
export async function startWatchedService() {
  const canaries = createCanaries();
  const addresses = createCanaries();
  const [mail, texts] = [openLoopback(), openLoopback()];
  const [captcha, breaches] = [openLoopback(), openLoopback()];
  const social = openProviders();
  const apple = await openApple();
  const clock = createTestClock();
  const variables = {
    AUTH_SECRET: canaries.plant("AUTH_SECRET", "canary-root-secret-of-this-service-now"),
    AUTH_SECRET_PREVIOUS: canaries.plant("AUTH_SECRET_PREVIOUS", "canary-root-secret-of-an-earlier-year"),
    MAIL_API_KEY: canaries.plant("MAIL_API_KEY", "canary-mail-api-key"),
    SMS_TWILIO_AUTH_TOKEN: canaries.plant("SMS_TWILIO_AUTH_TOKEN", "canary-sms-auth-token"),
    SMS_PROVIDER: "twilio",
    SMS_COUNTRIES: "+1,+49,+44",
    SMS_FROM: "Gatehouse",
    SMS_TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    SMS_API_BASE: texts.url,
    CAPTCHA_SECRET: canaries.plant("CAPTCHA_SECRET", "canary-captcha-secret"),
    MAIL_PROVIDER: "resend",
    MAIL_API_BASE: mail.url,
    CAPTCHA_PROVIDER: "recaptcha-v2",
    CAPTCHA_SITE_KEY: "site",
    CAPTCHA_API_BASE: captcha.url,
    SECOND_FACTORS: ALL_KINDS,
    SIGN_IN_METHODS: SIGN_IN_METHODS.join(","),
    SIGN_UP_FIELDS: JSON.stringify([{ name: "company", type: "text", label: { en: "Company" } }]),
    BREACHED_PASSWORDS: "on",
    BREACHED_PASSWORDS_API_BASE: breaches.url,
    ...social.variables,
    ...apple.variables,
    SOCIAL_GITHUB_CLIENT_SECRET: canaries.plant("SOCIAL_GITHUB_CLIENT_SECRET", CLIENT.secret),
    SOCIAL_APPLE_PRIVATE_KEY: canaries.plant(
      "SOCIAL_APPLE_PRIVATE_KEY",
      apple.variables.SOCIAL_APPLE_PRIVATE_KEY,
    ),
    RATE_LIMITS: JSON.stringify({ login: { limit: 900 }, "password-check": { limit: 900 } }),
    BURST: undefined,
  };
  const keepLog = (text: string) => {
    canaries.addText("the log", text);
    addresses.addText("the log", text);
  };
  for (const level of ["log", "error", "warn", "info", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...args) => keepLog(args.map(textOf).join(" ")));
  }
  const d1 = createFaultyD1(env.DB);
  const healthy = startService({ clock, env: variables });
  const services = {
    none: healthy,
    d1: startService({ clock, env: { ...variables, DB: d1.db } }),
    kv: startService({ clock, env: { ...variables, KV: createUnreachableKv() } }),
  };
  d1.failAllCalls();

  async function ask(
    method: string,
    path: string,
    options: RequestOptions = {},
    outage: keyof typeof services = "none",
  ) {
    const service = services[outage];
    const answer = await service.call(method, path, options.body, options.token, options.headers);
    canaries.addAnswer(`${method} ${path}`, answer);
    keepLog(JSON.stringify(service.log.at(-1)));
    await recordStores(canaries, addresses);
    return answer;
  }

  const worker = createRpcCaller(healthy);
  /** The result belongs to the calling Worker. Only the log and the stores are searched. */
  const call: typeof worker.call = async (method, ...args) => {
    const answer = await worker.call(method, ...args);
    keepLog(JSON.stringify(worker.log.at(-1)));
    await recordStores(canaries, addresses);
    return answer;
  };

  return {
    canaries,
    addresses,
    clock,
    call,
    captcha,
    social,
    apple,
    ask,
    async runCron(cron: string) {
      await healthy.runCron(cron).catch((error: unknown) => keepLog(textOf(error)));
      await recordStores(canaries, addresses);
    },
    /** The service before the secret rotation. */
    earlier: startService({ clock, env: { ...variables, AUTH_SECRET: variables.AUTH_SECRET_PREVIOUS } }),
    /** All requests that the providers received. */
    outbound: async () =>
      (await Promise.all([mail, texts, captcha, breaches].map((to) => to.requests()))).flat(),
    /** The text of the last mail to that address. */
    async mailTo(address: string): Promise<string> {
      const bodies = (await mail.requests()).map(
        ({ body }) => JSON.parse(body) as { to: string[]; text: string },
      );
      return bodies.findLast(({ to }) => to.includes(address))?.text ?? "";
    },
    /** The text of the last SMS to that number. */
    async textTo(number: string): Promise<string> {
      const forms = (await texts.requests()).map(({ body }) => new URLSearchParams(body));
      return forms.findLast((form) => form.get("To") === number)?.get("Body") ?? "";
    },
    /** The captcha and breach providers work. Mail and SMS fail, so their messages stay sealed in the outbox. */
    async providersWork(): Promise<void> {
      await Promise.all([mail, texts].map((provider) => provider.answer(jsonResponse({}, 503))));
      await Promise.all([captcha.answer(captchaSuccess), breaches.answer(jsonResponse({}))]);
    },
    mailWorks: () => mail.answer(jsonResponse({})),
    /** Every provider fails and echoes this text in its response. */
    async providersFail(echo: string): Promise<void> {
      const failure = jsonResponse({ message: `Error: ${echo}` }, 500);
      await Promise.all([mail, texts, captcha, breaches].map((provider) => provider.answer(failure)));
    },
  };
}

export type WatchedService = Awaited<ReturnType<typeof startWatchedService>>;

const textOf = (value: unknown): string =>
  value instanceof Error
    ? `${value.stack} ${textOf(value.cause)}`
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** Records every row of every table, and every key and value of KV. */
async function recordStores(canaries: Canaries, addresses: Canaries): Promise<void> {
  for (const [table, rows] of await dumpDatabase(env.DB)) {
    for (const row of rows) canaries.addText(`the table ${table}`, Object.values(row).join("\n"));
  }
  for (const { name } of (await env.KV.list()).keys) {
    const entry = `${name}\n${await env.KV.get(name)}`;
    canaries.addText("KV", entry);
    addresses.addText("KV", entry);
  }
}

/** The values of the cookies that a response sets, by name. */
export const cookiesOf = (answer: ApiResponse): Record<string, string> =>
  Object.fromEntries(answer.headers.getSetCookie().map((line) => line.split(";")[0]?.split("=") ?? []));
