import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { SECOND } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type EndReusedSessionDeps, endReusedSession } from "../../sessions/end-reused-session.ts";
import { judgeRefresh } from "../../sessions/refresh-rules.ts";
import { type RefreshTokenClaims, verifyRefreshToken } from "../../sessions/refresh-token.ts";
import type { Resource } from "../../sessions/resource.ts";
import type { Rotation } from "../../sessions/rotation-statements.ts";
import type { SessionState } from "../../sessions/session.ts";
import { INVALID_CLIENT } from "../client-authentication/authenticate-client.ts";
import type { Client } from "../clients/client.ts";
import type { ReadCustomClaimsDeps } from "../custom-claims/read-custom-claims.ts";
import type { CustomClaims } from "../custom-claims/rules.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";
import { narrowScopes, parseScope } from "../scopes.ts";
import { lifetimesOf, rotatesRefreshTokens } from "./client-lifetimes.ts";
import { type CurrentAccess, remainingScopes } from "./current-access.ts";
import { customClaimsOf } from "./custom-claims-of.ts";
import { type IssueClientTokensDeps, issueClientTokens, warmSigningKeys } from "./issue-client-tokens.ts";
import type { ClientTokenStore } from "./store.ts";
import type { TokenGrantRequest, TokenResponse } from "./token-grant.ts";

export type RefreshClientTokensDeps = IssueClientTokensDeps &
  EndReusedSessionDeps &
  ReadCustomClaimsDeps & {
    readonly clientTokens: Pick<ClientTokenStore, "rotate">;
    readonly settings: { readonly resources: readonly Resource[] };
  };

/**
 * The grant `refresh_token` (RFC 6749 §6). One statement decides which request rotates; `judgeRefresh` judges the others.
 * A request for another resource or for more scopes spends nothing.
 */
export async function refreshClientTokens(
  deps: RefreshClientTokensDeps,
  { client, form, caller, assertion, access }: TokenGrantRequest,
): Promise<Result<TokenResponse, OAuthError>> {
  const token = form.get("refresh_token");
  if (token === undefined)
    return err({ error: "invalid_request", description: "The parameter refresh_token is required." });
  const claims = await verifyRefreshToken(deps, token, client.id);
  if (!claims.ok) return err(INVALID_GRANT);
  await warmSigningKeys(deps, client);
  const requestedScope = form.get("scope");
  const customClaims = await claimsOfFamily(deps, client, access, requestedScope);
  if (!customClaims.ok) return customClaims;
  const rotation = rotationOf(deps, { client, form, caller, access }, claims.value);
  const found = await deps.clientTokens.rotate(rotation, client.id, assertion);
  if (found === "assertion_used") return err(INVALID_CLIENT);
  if (!found || found.session.clientId !== client.id) return err(INVALID_GRANT);
  const { session, account } = found;
  const granted = { scope: session.scope ?? "", resource: session.audience };
  const remaining = remainingScopes(client, granted, deps.settings.resources);
  const { generation, now } = rotation;
  const verdict = judgeRefresh({ ...found, ...rotation, presentedGeneration: generation }, now);
  if (verdict === "reuse") await endReusedSession(deps, session, generation, caller);
  if (verdict === "audience_refused") return err(refusalOf(session, remaining, form));
  if (verdict !== "rotated" && verdict !== "retry") return err(INVALID_GRANT);
  const scopes = narrowScopes(remaining, requestedScope);
  if (!scopes.ok) return scopes;
  const { revokedAt: _, ...family } = session;
  const tokens = { client, account, family, scopes: scopes.value, nonce: null };
  return ok(await issueClientTokens(deps, { ...tokens, customClaims: customClaims.value }));
}

/** A request for more scopes than the family has is refused later, without a question. */
async function claimsOfFamily(
  deps: RefreshClientTokensDeps,
  client: Client,
  access: CurrentAccess | null,
  requestedScope: string | undefined,
): Promise<Result<CustomClaims, OAuthError>> {
  if (access === null) return ok({});
  const scopes = narrowScopes(access.scopes, requestedScope);
  return scopes.ok ? customClaimsOf(deps, { client, access, scopes: scopes.value }) : ok({});
}

/** The batch that the request asks for. */
function rotationOf(
  deps: RefreshClientTokensDeps,
  { client, form, caller, access }: Omit<TokenGrantRequest, "assertion">,
  { sessionId, generation }: RefreshTokenClaims,
): Rotation {
  const now = deps.clock.now();
  const { refreshIdleTtl, refreshGraceSeconds } = lifetimesOf(client, deps.settings);
  const isNarrowed = access === null || narrowScopes(access.scopes, form.get("scope")).ok;
  const event = { type: "user_agent_changed", details: { sessionId, generation } } as const;
  return {
    sessionId,
    generation,
    holder: {
      kind: "client",
      clientId: client.id,
      ...(isNarrowed ? allowedResources(client, deps.settings.resources, form.get("resource")) : NOTHING),
      scopes: parseScope(form.get("scope") ?? ""),
    },
    gracePeriod: refreshGraceSeconds * SECOND,
    rotates: rotatesRefreshTokens(client),
    userAgent: caller.userAgent,
    userAgentChanged: newAuditEvent(deps, event, caller),
    idleExpiresAt: now + refreshIdleTtl * SECOND,
    now,
  };
}

/** For a request of scopes that the client has lost: it must not rotate. */
const NOTHING = { resources: [], allowsNoResource: false };

/** What the client may still get: its registration and RESOURCES may have changed since the grant. */
function allowedResources(client: Client, resources: readonly Resource[], requested: string | undefined) {
  const uris = resources.map(({ uri }) => uri).filter((uri) => client.resources.includes(uri));
  return {
    resources: requested === undefined ? uris : uris.filter((uri) => uri === requested),
    allowsNoResource: requested === undefined,
  };
}

function refusalOf({ audience }: SessionState, remaining: readonly string[], form: OAuthForm): OAuthError {
  const narrowed = narrowScopes(remaining, form.get("scope"));
  if (!narrowed.ok) return narrowed.error;
  const resource = form.get("resource");
  return resource !== undefined && resource !== audience
    ? { error: "invalid_target", description: "The refresh token is for another resource." }
    : INVALID_GRANT;
}

const INVALID_GRANT: OAuthError = {
  error: "invalid_grant",
  description: "The refresh token is wrong, expired or revoked, or was issued to another client.",
};
