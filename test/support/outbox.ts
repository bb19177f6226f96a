import { vi } from "vitest";
import { type Loopback, openLoopback } from "./loopback/loopback.ts";
import type { LoopbackAnswer, LoopbackRequest } from "./loopback/protocol.ts";
import { type Service, startService, type TestClock } from "./service.ts";
import { newAddress, PASSWORD } from "./users.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const EVERY_MINUTE = "* * * * *";
export const EVERY_HOUR = "17 * * * *";

export const status = (code: number): LoopbackAnswer => ({ kind: "respond", status: code, body: "{}" });

/** A service with the Resend and Vonage adapters. They send to the loopback server. */
export function startWithProvider(clock?: TestClock, env: Record<string, unknown> = {}) {
  const provider = openLoopback();
  const variables = {
    ...{ MAIL_PROVIDER: "resend", MAIL_API_KEY: "key", MAIL_API_BASE: provider.url },
    ...{
      SMS_PROVIDER: "vonage",
      SMS_COUNTRIES: "+1,+49,+44",
      SMS_FROM: "Gatehouse",
      SMS_API_BASE: provider.url,
    },
    ...{ SMS_VONAGE_API_KEY: "key", SMS_VONAGE_API_SECRET: "secret" },
  };
  return { provider, service: startService({ clock, env: { ...variables, ...env } }) };
}

/** Waits until the provider has received that number of requests. */
export const receives = (provider: Loopback, requests: number) =>
  vi.waitUntil(async () => (await provider.requests()).length === requests, { timeout: 15_000 });

/** Advances the clock by that many minutes and runs the cron job at each. */
export async function advanceMinutes({ clock, runCron }: Service, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    clock.advance(MINUTE);
    await runCron(EVERY_MINUTE);
  }
}

export type OutboxRow = {
  readonly id: string;
  readonly kind: string;
  readonly sealed: string;
  readonly state: "queued" | "sent" | "dead";
  readonly attempts: number;
  readonly due_at: number;
  readonly last_failure: string | null;
};

/** The outbox rows of one account, oldest first. */
export async function outboxRowsOf({ env }: Service, email: string): Promise<OutboxRow[]> {
  const query = `SELECT outbox.* FROM outbox JOIN accounts ON accounts.id = outbox.account_id
    WHERE accounts.email = ? ORDER BY outbox.created_at, outbox.rowid`;
  return (await env.DB.prepare(query).bind(email).all<OutboxRow>()).results;
}

export type Attempt = { readonly key: string; readonly to: string; readonly text: string };

/** The messages that the provider received, in order. */
export const deliveryAttemptsOf = (requests: readonly LoopbackRequest[]): Attempt[] =>
  requests.map(({ headers, body }) => {
    const { to, text } = JSON.parse(body) as { to: string[]; text: string };
    return { key: headers["idempotency-key"] ?? "", to: to.join(), text };
  });

/** The idempotency key of a message that a provider received. */
export const idempotencyKeyOf = ({ headers, body }: LoopbackRequest): string | null =>
  headers["idempotency-key"] ?? new URLSearchParams(body).get("client-ref");

/** Registers a user and returns before the deferred delivery has finished. */
export async function registerWithoutWaiting(service: Service) {
  const email = newAddress();
  const request = new Request("http://gatehouse.test/api/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password: PASSWORD, name: "Ada" }),
  });
  const { response, ended } = await service.fetchRaw(request);
  if (response.status !== 201) throw new Error(`registration answered ${response.status}`);
  return { email, finished: ended };
}
