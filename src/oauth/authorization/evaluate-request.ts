import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { type AudienceSettings, ownAudience } from "../../sessions/audience.ts";
import { type ResolveClientDeps, resolveFoundClient } from "../client-metadata/resolve-client.ts";
import type { StoredGrant } from "../grants/grant.ts";
import { type IdTokenDeps, verifyIdTokenHint } from "../id-token.ts";
import type { OAuthError } from "../oauth-error.ts";
import { pushedRequestToken } from "../par/pushed-request.ts";
import {
  type AuthorizationParameters,
  MAX_QUERY_LENGTH,
  readParameters,
  requestQuery,
  type ValidRequest,
} from "./authorization-request.ts";
import { checkRequest } from "./checks.ts";
import { findGrant } from "./consent-rules.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { BrowserSession, HeldSession } from "./held-session.ts";
import { type Interaction, readInteraction } from "./interaction.ts";
import { type ClientRedirect, errorRedirect } from "./redirect-url.ts";
import type { AuthorizationLookup, AuthorizationState, AuthorizationStore } from "./store.ts";

export type EvaluateRequestDeps = Pick<IdTokenDeps, "keyRing" | "settings"> &
  ResolveClientDeps & {
    readonly clock: Clock;
    readonly secrets: SecretRing;
    readonly authorizations: Pick<AuthorizationStore, "read" | "rotateAndRead">;
    readonly settings: AudienceSettings;
  };

export type AuthorizationInput = {
  /** The query string, without its question mark. */
  readonly query: string;
  readonly browser: BrowserSession | null;
};

export type Evaluation =
  /** Shown on a page: there is no redirect URI that can be trusted. */
  | { readonly kind: "invalid"; readonly error: OAuthError }
  | ClientRedirect
  | {
      readonly kind: "decided";
      readonly request: ValidRequest;
      readonly decision: Exclude<Decision, { readonly kind: "error" }>;
      readonly grant: StoredGrant | null;
      readonly requestHash: string | null;
      readonly interaction: Interaction | null;
      /** The session of the browser, with the generation of its current cookie. */
      readonly held: HeldSession | null;
    };

/** Reads what the request depends on, checks it and decides what it needs next. Changes nothing but the browser's tokens. */
export async function evaluateRequest(
  deps: EvaluateRequestDeps,
  { query, browser }: AuthorizationInput,
): Promise<Evaluation> {
  if (requestQuery(query).length > MAX_QUERY_LENGTH)
    return invalid("The request is too long. Push it (RFC 9126), or send shorter values.");
  const now = deps.clock.now();
  const { publicUrl, resources } = deps.settings;
  const sent = readParameters(query);
  const token = pushedRequestToken(sent.form.get("request_uri"));
  const requestHash = token === null ? null : await hashOneTimeToken(token);
  const clientId = sent.form.get("client_id") ?? "";
  const lookup = { clientId, requestHash, held: null, own: ownAudience(deps.settings), now };
  const { state, held } = await readState(deps, lookup, browser);
  const parameters = requestHash === null ? sent : pushedParameters(sent, state);
  if (parameters === null) return INVALID_REQUEST_URI;
  const isPushed = requestHash !== null;
  const client = await resolveFoundClient(deps, { clientId, found: state.client, now });
  const checked = checkRequest({ ...parameters, client: client?.client ?? null, isPushed, resources });
  if (!checked.ok) {
    const { error } = checked;
    return error.kind === "page"
      ? { kind: "invalid", error: error.error }
      : errorRedirect(error, publicUrl, error.error);
  }
  const request = checked.value;
  const hint = await readHint(deps, request);
  const fail = (error: OAuthError): Evaluation => errorRedirect(request, publicUrl, error);
  if (hint === "invalid")
    return fail({ error: "invalid_request", description: "The id_token_hint is not valid for this client." });
  const grant = findGrant(state.grants, request);
  const interaction = await readInteraction(deps, query, now);
  const { session } = state;
  const decision = decide({ request, session, grant, interaction, hintedAccountId: hint, now });
  if (decision.kind === "error") return fail(decision.error);
  return { kind: "decided", request, decision, grant, requestHash, interaction, held };
}

/** Reads the state in one batch, which rotates the refresh token of a browser whose access token has expired. */
async function readState(
  deps: Pick<EvaluateRequestDeps, "authorizations">,
  lookup: AuthorizationLookup,
  browser: BrowserSession | null,
): Promise<{ readonly state: AuthorizationState; readonly held: HeldSession | null }> {
  const presented = { ...lookup, held: browser?.held ?? null };
  if (!browser?.rotate) return { state: await deps.authorizations.read(presented), held: presented.held };
  const states: AuthorizationState[] = [];
  const held = await browser.rotate(async (rotation) => {
    const { rotation: outcome, ...state } = await deps.authorizations.rotateAndRead(presented, rotation);
    states.push(state);
    return outcome;
  });
  // The token has expired since it was verified.
  const state = states[0] ?? (await deps.authorizations.read(lookup));
  return { state: held === null ? { ...state, session: null, grants: [] } : state, held };
}

/** RFC 9126 §4: the pushed parameters replace those of the query. */
function pushedParameters(
  { repeated }: AuthorizationParameters,
  { pushed }: AuthorizationState,
): AuthorizationParameters | null {
  if (pushed === null) return null;
  const { form, repeated: repeatedThere } = readParameters(pushed);
  return { form, repeated: [...repeated, ...repeatedThere] };
}

/** The account of the hint, which must have been issued to this client. Null: no hint. */
async function readHint(
  deps: Pick<IdTokenDeps, "keyRing" | "settings">,
  { idTokenHint, client }: ValidRequest,
): Promise<string | null | "invalid"> {
  if (idTokenHint === null) return null;
  const hint = await verifyIdTokenHint(deps, idTokenHint);
  return hint?.clientId === client.id ? hint.accountId : "invalid";
}

const invalid = (description: string): Evaluation => ({
  kind: "invalid",
  error: { error: "invalid_request", description },
});

const INVALID_REQUEST_URI: Evaluation = {
  kind: "invalid",
  error: {
    error: "invalid_request_uri",
    description: "The request_uri is unknown, has expired, or was used already.",
  },
};
