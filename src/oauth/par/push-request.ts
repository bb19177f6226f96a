import type { Clock } from "../../core/clock.ts";
import { SECOND } from "../../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Resource } from "../../sessions/resource.ts";
import { type CheckedRequest, checkRequest } from "../authorization/checks.ts";
import {
  type AuthenticateClientDeps,
  INVALID_CLIENT,
  identifyClient,
  useAssertion,
} from "../client-authentication/authenticate-client.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";
import { PUSHED_REQUEST_TTL_MS, requestUriOf } from "./pushed-request.ts";
import type { PushedRequestStore } from "./store.ts";

export type PushRequestDeps = AuthenticateClientDeps & {
  readonly clock: Clock;
  readonly pushedRequests: Pick<PushedRequestStore, "create">;
  readonly settings: { readonly resources: readonly Resource[] };
};

type PushInput = { readonly authorization: string | undefined; readonly form: OAuthForm };

/** `expiresIn` in seconds. */
export type PushedRequest = { readonly requestUri: string; readonly expiresIn: number };

/** The parameters that authenticate the client. They are no part of the authorization request. */
const CREDENTIALS = ["client_secret", "client_assertion", "client_assertion_type"];

/** Characters. A public client needs no secret, so that the size of a row is bounded. */
const MAX_PUSHED_LENGTH = 16 * 1024;

/** Authenticates the client, checks its authorization request and stores it (RFC 9126 §2.1). */
export async function pushRequest(
  deps: PushRequestDeps,
  { authorization, form }: PushInput,
): Promise<Result<PushedRequest, OAuthError>> {
  const identified = await identifyClient(deps, { authorization, form });
  if (!identified.ok) return identified;
  const { client, assertion } = identified.value;
  const { resources } = deps.settings;
  const parameters = new Map([...form].filter(([name]) => !CREDENTIALS.includes(name)));
  // With client_secret_basic or an assertion, `client_id` is optional in the form.
  parameters.set("client_id", client.id);
  const query = new URLSearchParams([...parameters]).toString();
  const problem = pushProblem({ form: parameters, repeated: [], client, isPushed: true, resources }, query);
  if (problem !== null) {
    // A replayed assertion authenticates no client, so that it gets no other error.
    const authenticated = await useAssertion(deps, identified.value);
    return authenticated.ok ? err(problem) : authenticated;
  }
  const token = newOneTimeToken();
  const now = deps.clock.now();
  const row = {
    requestHash: await hashOneTimeToken(token),
    clientId: client.id,
    parameters: query,
    createdAt: now,
    expiresAt: now + PUSHED_REQUEST_TTL_MS,
  };
  const outcome = await deps.pushedRequests.create(row, assertion);
  if (outcome === "assertion_used") return err(INVALID_CLIENT);
  return ok({ requestUri: requestUriOf(token), expiresIn: PUSHED_REQUEST_TTL_MS / SECOND });
}

function pushProblem(request: CheckedRequest, query: string): OAuthError | null {
  if (request.form.has("request_uri"))
    return { error: "invalid_request", description: "A pushed request must not have a request_uri." };
  const checked = checkRequest(request);
  if (!checked.ok) return checked.error.error;
  return query.length > MAX_PUSHED_LENGTH
    ? { error: "invalid_request", description: "The request is too long." }
    : null;
}
