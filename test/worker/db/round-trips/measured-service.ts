import { env } from "cloudflare:workers";
import { expect, inject } from "vitest";
import { ratePolicies } from "../../../../src/rate-limit/policies.ts";
import { openBrowser } from "../../../support/browser.ts";
import { recordD1 } from "../../../support/d1.ts";
import { ALL_KINDS } from "../../../support/factors.ts";
import { tinyPng } from "../../../support/image-parts.ts";
import { countKv } from "../../../support/kv.ts";
import { ONE_RESOURCE } from "../../../support/oauth.ts";
import { markDeviceAsKnown } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { openApple } from "../../../support/social/apple.ts";
import { startRedirect } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  accountIdOf,
  newAddress,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
} from "../../../support/users.ts";

/** Round trips before the response on a warm isolate (docs/architecture.md). A batch is one. */
export type Budget = { readonly d1: number; readonly kvGets: number; readonly kvPuts: number };
export type MeasuredRequest = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
};

export const IMAGE = { "Content-Type": "image/png" };
const d1 = recordD1(env.DB);
const kv = countKv(env.KV);
const now = () => ({
  d1: d1.trips,
  kvGets: kv.gets,
  kvPuts: kv.puts - kv.counterPuts,
  counterPuts: kv.counterPuts,
});
let atAnswer = now();
// Rate limits are on, because their KV read is part of the budget, but too high to be reached. The burst
// guard is off: it uses real time, so this whole test would be a burst, and it is not a round trip.
const wide = Object.keys(ratePolicies).map((name) => [name, { limit: 100_000 }]);
const RATE_LIMITS = JSON.stringify(Object.fromEntries(wide));
const MAIL_HOURLY_CAP = "100000";
export const providers = openProviders();
const apple = await openApple();
export const service = startService({
  env: {
    ...providers.variables,
    ...apple.variables,
    ...ONE_RESOURCE,
    CLIENT_REGISTRATION: "on",
    CLIENT_METADATA_HOSTS: new URL(inject("loopbackUrl")).host,
    SECOND_FACTORS: ALL_KINDS,
    DB: d1.db,
    KV: kv.kv,
    RATE_LIMITS,
    BURST: undefined,
    MAIL_HOURLY_CAP,
  },
  onAnswer: () => {
    atAnswer = now();
  },
});

/** Counts the round trips until the response is ready. Deferred work does not delay the caller. */
export async function costOf({
  method,
  path,
  body,
  token,
  headers,
}: MeasuredRequest): Promise<Budget & { status: number }> {
  const before = now();
  const lines = service.log.length;
  const { status } = await service.call(method, path, body, token, headers);
  // A quick route has no log line and no deferred work.
  const isLogged = service.log.length > lines;
  if (!isLogged) atAnswer = now();
  const cost = {
    d1: atAnswer.d1 - before.d1,
    kvGets: atAnswer.kvGets - before.kvGets,
    kvPuts: atAnswer.kvPuts - before.kvPuts,
  };
  // The request log reports the same counts.
  const line = service.log.at(-1);
  const kvCalls = cost.kvGets + cost.kvPuts + atAnswer.counterPuts - before.counterPuts;
  if (isLogged) expect([line?.d1, line?.kv]).toEqual([cost.d1, kvCalls]);
  return { status, ...cost };
}

export const api = (method: string, path: string, body?: unknown, token?: string): MeasuredRequest => ({
  method,
  path: `/api/auth${path}`,
  body,
  token,
});

export async function memberWithSecondFactor(): Promise<string> {
  const { email, token } = await registerAndLogIn(service);
  await markDeviceAsKnown(token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return email;
}

/** A superuser's request on another user. */
export const onUser = (method: string, path: string, budget: Budget, body?: unknown) => ({
  budget,
  request: async (): Promise<MeasuredRequest> => {
    const { token } = await signedInAs(service, "superuser");
    const id = await accountIdOf((await registerVerifiedUser(service)).email);
    const headers = body === tinyPng ? IMAGE : undefined;
    return { ...api(method, `/users/${id}${path}`, body, token), headers };
  },
});

/** The callback after a sign-in at GitHub. */
export async function callback(email = newAddress()): Promise<MeasuredRequest> {
  const user = socialUser({ email });
  await providers.setUser(user);
  const browser = openBrowser(service);
  const path = await startRedirect(browser, "github", user);
  const Cookie = `__Host-gh_social=${browser.jar.get("__Host-gh_social")}`;
  return { ...api("GET", path), headers: { Cookie } };
}

/** The response that Apple's page posts. */
export async function postedResponse(): Promise<MeasuredRequest> {
  const { location } = await apple.startRedirect(service);
  const body = new URLSearchParams({ state: location.searchParams.get("state") ?? "", code: "a-code" });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return { ...api("POST", "/social/apple/callback", body.toString()), headers };
}

/** A form to an OAuth endpoint. */
export const form = (path: string, fields: Record<string, string>): MeasuredRequest => ({
  method: "POST",
  path,
  body: new URLSearchParams(fields).toString(),
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
});

/** A route or a variant of it with its budget, and a complete request. */
export type BudgetTable = Readonly<
  Record<string, { budget: Budget; status?: number; request: () => Promise<MeasuredRequest> }>
>;
