import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { Defer } from "../../core/defer.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { ownAudience } from "../../sessions/audience.ts";
import { INVALID_CLIENT } from "../client-authentication/authenticate-client.ts";
import type { ReadCustomClaimsDeps } from "../custom-claims/read-custom-claims.ts";
import type { OAuthError } from "../oauth-error.ts";
import { customClaimsOf } from "../token/custom-claims-of.ts";
import {
  type IssueClientTokensDeps,
  issueClientTokens,
  warmSigningKeys,
} from "../token/issue-client-tokens.ts";
import { newFamily } from "../token/new-family.ts";
import type { TokenGrantRequest, TokenResponse } from "../token/token-grant.ts";
import { refusePoll } from "./poll-rules.ts";
import type { DevicePollStore } from "./poll-store.ts";

export type RedeemDeviceCodeDeps = IssueClientTokensDeps &
  ReadCustomClaimsDeps & {
    readonly defer: Defer;
    readonly devicePolls: DevicePollStore;
    readonly clientTokens: { recordUse(clientId: string, now: number): Promise<void> };
    readonly settings: Parameters<typeof ownAudience>[0];
  };

/**
 * The grant of the device flow (RFC 8628 §3.4). One batch counts the poll, and opens the family once the user has allowed it.
 * Of concurrent polls one gets the tokens.
 */
export async function redeemDeviceCode(
  deps: RedeemDeviceCodeDeps,
  { client, form, caller, assertion, access }: TokenGrantRequest,
): Promise<Result<TokenResponse, OAuthError>> {
  const deviceCode = form.get("device_code");
  if (deviceCode === undefined)
    return err({ error: "invalid_request", description: "The parameter device_code is required." });
  await warmSigningKeys(deps, client);
  const scopes = access?.scopes ?? [];
  const claims = await customClaimsOf(deps, { client, access, scopes });
  if (!claims.ok) return claims;
  const family = newFamily(deps, client, caller);
  const details = { sessionId: family.id, client: client.id };
  const polled = await deps.devicePolls.poll({
    deviceCodeHash: await hashOneTimeToken(deviceCode),
    family,
    audit: newAuditEvent(deps, { type: "client_session_opened", details }, caller),
    own: ownAudience(deps.settings),
    // A request that is approved after its access was read waits for its next poll.
    mayOpen: access !== null,
    assertion,
  });
  if (polled === null) return err(INVALID_CLIENT);
  if (polled.opened === null) return err(refusePoll(polled.request, family.createdAt));
  deps.defer(() => deps.clientTokens.recordUse(client.id, family.createdAt));
  return ok(
    await issueClientTokens(deps, {
      client,
      ...polled.opened,
      scopes,
      nonce: null,
      customClaims: claims.value,
    }),
  );
}
