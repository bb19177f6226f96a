import { APP_AUDIENCE } from "../../../support/client-app.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { type ApiResponse, createTestClock, startService, type TestClock } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { type Actor, userAgentOf } from "./actors.ts";
import { SECOND } from "./model.ts";
import type { Challenge, Link } from "./records.ts";

/** The instant at which every sequence begins, with what happens before its steps. */
export const START = Math.floor(Date.now() / SECOND) * SECOND;
export const clock = createTestClock(START);
export const providers = openProviders();
const { variables } = providers;

/** The resource of the app, with one scope. */
const RESOURCES = JSON.stringify([{ uri: APP_AUDIENCE, alias: "app", scopes: { "app:use": "Use the app" } }]);
const env = { ...variables, RESOURCES };

export const service = startService({ env, clock });
/** The same storage, where an unknown device needs a second factor. */
const strictService = startService({ env: { ...env, LOGIN_OTP: "new_device" }, clock });
/** Another Worker, which accepts tokens of the app. */
export const otherWorker = createRpcCaller(service, { props: { audience: "app" }, sharesIsolate: true });

/** A secret that a step may mail or text, to exactly that recipient. */
export type ExpectedSecret =
  | ({ readonly kind: "link" } & Pick<Link, "purpose" | "accountId" | "to" | "causedBy">)
  | { readonly kind: "code"; readonly challenge: Challenge };

type CallOptions = {
  readonly body?: unknown;
  /** An access token. */
  readonly access?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another user agent than that of the actor. */
  readonly userAgent?: string;
  /** Where an unknown device needs a second factor. */
  readonly strict?: boolean;
};

/** The running service, and what the sequence has done so far. */
export type World = {
  readonly journal: string[];
  readonly expectedSecrets: ExpectedSecret[];
  readonly seenMessages: Set<string>;
  readonly clock: TestClock;
  advance(ms: number): void;
  /** Sends a request of an actor. `path` is relative to /api/auth. */
  call(actor: Actor, method: string, path: string, options?: CallOptions): Promise<ApiResponse>;
};

export function newWorld(): World {
  return {
    journal: [],
    expectedSecrets: [],
    seenMessages: new Set(),
    clock,
    advance: clock.advance,
    call: (actor, method, path, { body, access, headers, userAgent, strict } = {}) =>
      (strict ? strictService : service).call(method, `/api/auth${path}`, body, access, {
        "User-Agent": userAgent ?? userAgentOf(actor),
        ...headers,
      }),
  };
}
