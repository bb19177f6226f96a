import { type PresentedApiKey, readPresentedKey } from "../../api-keys/key-format.ts";
import { type Clock, SECOND } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { AccessTokenClaims, MachineTokenClaims } from "../../sessions/access-token-claims.ts";
import {
  INVALID_CLIENT,
  type UseAssertionDeps,
  useAssertion,
  type VerifiedClient,
  type VerifyClientDeps,
  verifyByRememberedKeys,
  verifyClient,
} from "../client-authentication/authenticate-client.ts";
import { type ClientCredentials, readPresentedClient } from "../client-authentication/presented-client.ts";
import { type ResolveClientDeps, resolveFoundClient } from "../client-metadata/resolve-client.ts";
import { type Client, isResourceServer } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import { type PresentedToken, type PresentedTokenDeps, readPresentedToken } from "../presented-token.ts";
import { type IntrospectApiKeyDeps, introspectApiKey } from "./introspect-api-key.ts";
import type { AssertionUse, IntrospectionStore, LiveSession, TokenReference } from "./store.ts";

export type IntrospectTokenDeps = VerifyClientDeps &
  UseAssertionDeps &
  ResolveClientDeps &
  PresentedTokenDeps &
  IntrospectApiKeyDeps & {
    readonly clock: Clock;
    readonly introspections: IntrospectionStore;
  };

/** The response of RFC 7662 §2.2. An inactive token has no other member. */
export type Introspection =
  | { readonly active: false }
  | ({ readonly active: true } & Record<string, unknown>);

const INACTIVE = { active: false } as const;

/**
 * Introspects an access token or an API key for a client of its audience, or a refresh token for its own client
 * (RFC 7662). One batch reads the caller and the state of the token, and stores the use of an assertion that keys of an
 * earlier request have verified.
 */
export async function introspectToken(
  deps: IntrospectTokenDeps,
  credentials: ClientCredentials,
): Promise<Result<Introspection, OAuthError>> {
  const presented = readPresentedClient(credentials);
  if (!presented.ok) return presented;
  const { clientId } = presented.value;
  const text = credentials.form.get("token") ?? "";
  const key = await readPresentedKey(text);
  const token = key === null ? await readPresentedToken(deps, { token: text, clientId }) : null;
  const now = deps.clock.now();
  const remembered = await verifyByRememberedKeys(deps, presented.value);
  const reference = referenceOf(token, key);
  const facts = await deps.introspections.read({ callerId: clientId, remembered, reference, now });
  const found = await resolveFoundClient(deps, { clientId, found: facts.caller, now });
  const verified = await verifyClient(deps, presented.value, found);
  if (!verified.ok) return verified;
  const caller = await authenticatedOnce(deps, verified.value, facts.assertionUse);
  if (!caller.ok) return caller;
  // RFC 7662 §2.1: a public client cannot be authorized, and a token must not be tested by anyone who has it.
  if (caller.value.authMethod === "none")
    return err({ error: "invalid_client", description: "A public client may not introspect tokens." });
  if (text === "") return err({ error: "invalid_request", description: "The parameter token is required." });
  if (key !== null)
    return ok(introspectApiKey(deps, { caller: caller.value, key, stored: facts.apiKey }) ?? INACTIVE);
  if (token === null) return ok(INACTIVE);
  if (token.kind === "refresh")
    return ok(ofRefreshToken(token, facts.session, clientId, deps.settings.publicUrl));
  if (!mayRead(caller.value, token.claims)) return ok(INACTIVE);
  const isActive =
    token.claims.kind === "machine" ? facts.clientExists : isOfSession(token.claims, facts.session);
  return ok(isActive ? ofAccessToken(token.claims, deps.settings.publicUrl) : INACTIVE);
}

/** Stores the use of the assertion, unless the batch that read the token has done so. */
async function authenticatedOnce(
  deps: UseAssertionDeps,
  verified: VerifiedClient,
  use: AssertionUse,
): Promise<Result<Client, OAuthError>> {
  if (use === "used_before") return err(INVALID_CLIENT);
  return use === "stored" ? ok(verified.client) : useAssertion(deps, verified);
}

function referenceOf(token: PresentedToken | null, key: PresentedApiKey | null): TokenReference {
  if (key !== null) return { kind: "api_key", id: key.id };
  if (token === null) return { kind: "none" };
  const { claims } = token;
  if (token.kind === "refresh") {
    const { sessionId, generation } = token.claims;
    return { kind: "session", sessionId, generation };
  }
  return "sessionId" in claims
    ? { kind: "session", sessionId: claims.sessionId, generation: null }
    : { kind: "client", clientId: token.claims.clientId };
}

type AccessClaims = AccessTokenClaims | MachineTokenClaims;

/** Whether the client is the resource server of the token, or got it itself. */
const mayRead = (client: Client, { audiences, clientId }: AccessClaims): boolean =>
  client.id === clientId || audiences.some((audience) => isResourceServer(client, audience));

const isOfSession = ({ accountId, clientId }: AccessTokenClaims, session: LiveSession | null): boolean =>
  session?.accountId === accountId && session.clientId === clientId;

function ofAccessToken(claims: AccessClaims, iss: string): Introspection {
  const { audiences, scope, clientId, issuedAt, expiresAt } = claims;
  const [only, ...more] = audiences;
  const user =
    claims.kind === "machine"
      ? { sub: clientId }
      : {
          sub: claims.accountId,
          sid: claims.sessionId,
          auth_time: claims.authTime,
          acr: claims.acr,
          amr: claims.amr,
          role: claims.role,
        };
  return {
    active: true,
    iss,
    token_type: "Bearer",
    client_id: clientId,
    scope: scope.join(" "),
    aud: more.length === 0 ? only : audiences,
    iat: issuedAt,
    exp: expiresAt,
    ...user,
  };
}

function ofRefreshToken(
  { claims }: Extract<PresentedToken, { kind: "refresh" }>,
  session: LiveSession | null,
  clientId: string,
  iss: string,
): Introspection {
  if (session?.accountId !== claims.accountId || session.clientId !== clientId) return INACTIVE;
  return {
    active: true,
    iss,
    client_id: clientId,
    scope: session.scope ?? "",
    ...(session.audience === null ? {} : { aud: session.audience }),
    sub: session.accountId,
    sid: claims.sessionId,
    auth_time: Math.floor(session.authenticatedAt / SECOND),
    exp: Math.floor(session.idleExpiresAt / SECOND),
  };
}
