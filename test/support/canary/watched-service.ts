import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { dumpOf } from "../dump.ts";
import { createFaultyD1 } from "../faulty-d1.ts";
import { openLoopback } from "../loopback/loopback.ts";
import { callingWorker } from "../rpc.ts";
import { type Answer, createTestClock, startService } from "../service.ts";
import { CLIENT } from "../social/provider-client.ts";
import { openProviders } from "../social/providers.ts";
import { createDeadKv } from "../stale-kv.ts";
import { type Canaries, createCanaries } from "./canaries.ts";

type Sent = {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
};

const said = (value: object, status = 200) =>
  ({ kind: "respond", status, body: JSON.stringify(value) }) as const;
const human = said({ success: true, hostname: "gatehouse.test" });

/**
 * The service with real providers on loopback and secrets of its own, all of it watched: what it
 * answers, logs and stores after every request is kept, to be searched in the end.
 */
export function startWatchedService() {
  const canaries = createCanaries();
  const addresses = createCanaries();
  const [mail, texts] = [openLoopback(), openLoopback()];
  const [captcha, breaches] = [openLoopback(), openLoopback()];
  const social = openProviders();
  const clock = createTestClock();
  const variables = {
    AUTH_SECRET: canaries.plant("AUTH_SECRET", "canary-root-secret-of-this-service-now"),
    AUTH_SECRET_PREVIOUS: canaries.plant("AUTH_SECRET_PREVIOUS", "canary-root-secret-of-an-earlier-year"),
    MAIL_API_KEY: canaries.plant("MAIL_API_KEY", "canary-mail-api-key"),
    SMS_TWILIO_AUTH_TOKEN: canaries.plant("SMS_TWILIO_AUTH_TOKEN", "canary-sms-auth-token"),
    SMS_PROVIDER: "twilio",
    SMS_FROM: "Gatehouse",
    SMS_TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    SMS_API_BASE: texts.url,
    CAPTCHA_SECRET: canaries.plant("CAPTCHA_SECRET", "canary-captcha-secret"),
    MAIL_PROVIDER: "resend",
    MAIL_API_BASE: mail.url,
    CAPTCHA_PROVIDER: "recaptcha-v2",
    CAPTCHA_SITE_KEY: "site",
    CAPTCHA_API_BASE: captcha.url,
    BREACHED_PASSWORDS: "on",
    BREACHED_PASSWORDS_API_BASE: breaches.url,
    ...social.variables,
    SOCIAL_GITHUB_CLIENT_SECRET: canaries.plant("SOCIAL_GITHUB_CLIENT_SECRET", CLIENT.secret),
    RATE_LIMITS: JSON.stringify({ login: { limit: 900 }, "password-check": { limit: 900 } }),
    BURST: undefined,
  };
  const keepLog = (text: string) => {
    canaries.addText("the log", text);
    addresses.addText("the log", text);
  };
  for (const level of ["log", "error", "warn", "info", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => keepLog(words.map(textOf).join(" ")));
  }
  const d1 = createFaultyD1(env.DB);
  const healthy = startService({ clock, env: variables });
  const outages = {
    none: healthy,
    d1: startService({ clock, env: { ...variables, DB: d1.db } }),
    kv: startService({ clock, env: { ...variables, KV: createDeadKv() } }),
  };
  d1.goDown();

  async function ask(method: string, path: string, sent: Sent = {}, outage: keyof typeof outages = "none") {
    const service = outages[outage];
    const answer = await service.call(method, path, sent.body, sent.token, sent.headers);
    canaries.addAnswer(`${method} ${path}`, answer);
    keepLog(JSON.stringify(service.log.at(-1)));
    await look(canaries, addresses);
    return answer;
  }

  const worker = callingWorker(healthy);
  /** What comes back is for the Worker that asked; what is logged and stored is searched. */
  const call: typeof worker.call = async (method, ...args) => {
    const answer = await worker.call(method, ...args);
    keepLog(JSON.stringify(worker.log.at(-1)));
    await look(canaries, addresses);
    return answer;
  };

  return {
    canaries,
    addresses,
    clock,
    call,
    captcha,
    social,
    ask,
    async runCron(cron: string) {
      await healthy.runCron(cron).catch((error: unknown) => keepLog(textOf(error)));
      await look(canaries, addresses);
    },
    /** Runs on the secret that is the previous one by now. */
    earlier: startService({ clock, env: { ...variables, AUTH_SECRET: variables.AUTH_SECRET_PREVIOUS } }),
    /** Everything that left for a provider, as it was sent. */
    outbound: async () =>
      (await Promise.all([mail, texts, captcha, breaches].map((to) => to.requests()))).flat(),
    /** The last mail to that address. */
    async mailTo(address: string): Promise<string> {
      const bodies = (await mail.requests()).map(
        ({ body }) => JSON.parse(body) as { to: string[]; text: string },
      );
      return bodies.findLast(({ to }) => to.includes(address))?.text ?? "";
    },
    /** The last text to that number. */
    async textTo(number: string): Promise<string> {
      const forms = (await texts.requests()).map(({ body }) => new URLSearchParams(body));
      return forms.findLast((form) => form.get("To") === number)?.get("Body") ?? "";
    },
    /** All but the mail's and the texts': they are asked, and what they did not take stays in the outbox, sealed. */
    async providersWork(): Promise<void> {
      await Promise.all([mail, texts].map((provider) => provider.answer(said({}, 503))));
      await Promise.all([captcha.answer(human), breaches.answer(said({}))]);
    },
    mailWorks: () => mail.answer(said({})),
    /** Each fails, and tells what it was told. */
    async providersFail(echo: string): Promise<void> {
      const failure = said({ message: `Error: ${echo}` }, 500);
      await Promise.all([mail, texts, captcha, breaches].map((provider) => provider.answer(failure)));
    },
  };
}

export type Watched = ReturnType<typeof startWatchedService>;

const textOf = (word: unknown): string =>
  word instanceof Error
    ? `${word.stack} ${textOf(word.cause)}`
    : typeof word === "string"
      ? word
      : JSON.stringify(word);

/** Keeps every row of every table, and every key and value of KV, as they are now. */
async function look(canaries: Canaries, addresses: Canaries): Promise<void> {
  for (const [table, rows] of await dumpOf(env.DB)) {
    for (const row of rows) canaries.addText(`the table ${table}`, Object.values(row).join("\n"));
  }
  for (const { name } of (await env.KV.list()).keys) {
    const entry = `${name}\n${await env.KV.get(name)}`;
    canaries.addText("KV", entry);
    addresses.addText("KV", entry);
  }
}

/** The values of the cookies that an answer sets, by name. */
export const cookiesOf = (answer: Answer): Record<string, string> =>
  Object.fromEntries(answer.headers.getSetCookie().map((line) => line.split(";")[0]?.split("=") ?? []));
