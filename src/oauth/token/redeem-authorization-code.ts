import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { ownAudience } from "../../sessions/audience.ts";
import { type EndSessionDeps, endSession } from "../../sessions/end-session.ts";
import { INVALID_CLIENT } from "../client-authentication/authenticate-client.ts";
import type { ReadCustomClaimsDeps } from "../custom-claims/read-custom-claims.ts";
import type { OAuthError } from "../oauth-error.ts";
import { customClaimsOf } from "./custom-claims-of.ts";
import { type IssueClientTokensDeps, issueClientTokens, warmSigningKeys } from "./issue-client-tokens.ts";
import { newFamily } from "./new-family.ts";
import type { ClientTokenStore } from "./store.ts";
import type { TokenGrantRequest, TokenResponse } from "./token-grant.ts";

export type RedeemAuthorizationCodeDeps = IssueClientTokensDeps &
  EndSessionDeps &
  ReadCustomClaimsDeps & {
    readonly clientTokens: Pick<ClientTokenStore, "redeemCode">;
    readonly settings: Parameters<typeof ownAudience>[0];
  };

/** Code verifiers (RFC 7636 §4.1). */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/**
 * The grant `authorization_code` (OAuth 2.1 §4.1.3). Another use of a code ends the family that the first one opened
 * (RFC 6749 §4.1.2).
 */
export async function redeemAuthorizationCode(
  deps: RedeemAuthorizationCodeDeps,
  { client, form, caller, assertion, access }: TokenGrantRequest,
): Promise<Result<TokenResponse, OAuthError>> {
  const [code, verifier] = [form.get("code"), form.get("code_verifier")];
  if (code === undefined || verifier === undefined)
    return err({
      error: "invalid_request",
      description: "The parameters code and code_verifier are required.",
    });
  if (!VERIFIER.test(verifier)) return err(INVALID_GRANT);
  await warmSigningKeys(deps, client);
  const scopes = access?.scopes ?? [];
  const claims = await customClaimsOf(deps, { client, access, scopes });
  if (!claims.ok) return claims;
  const family = newFamily(deps, client, caller);
  const opening = {
    type: "client_session_opened",
    details: { sessionId: family.id, client: client.id },
  } as const;
  const redeemed = await deps.clientTokens.redeemCode({
    code: {
      codeHash: await hashOneTimeToken(code),
      clientId: client.id,
      // RFC 7636 §4.6: the challenge is the SHA-256 of the verifier.
      codeChallenge: await hashOneTimeToken(verifier),
      redirectUri: form.get("redirect_uri"),
      resource: form.get("resource"),
    },
    family,
    audit: newAuditEvent(deps, opening, caller),
    assertion,
    mayOpen: access !== null,
    ownAudience: ownAudience(deps.settings),
  });
  if (redeemed.kind === "opened")
    return ok(await issueClientTokens(deps, { client, ...redeemed, scopes, customClaims: claims.value }));
  if (redeemed.kind === "assertion_used") return err(INVALID_CLIENT);
  if (redeemed.kind === "other_resource")
    return err({ error: "invalid_target", description: "The code is for another resource." });
  if (redeemed.kind === "used" && redeemed.opened !== null) {
    const { sessionId, accountId } = redeemed.opened;
    const event = { type: "authorization_code_reused", details: { sessionId } } as const;
    await endSession(deps, { sessionId, accountId, event, actorId: null, caller });
  }
  return err(INVALID_GRANT);
}

const INVALID_GRANT: OAuthError = {
  error: "invalid_grant",
  description:
    "The code is wrong, expired or used, or was issued to another client, redirect URI or verifier.",
};
