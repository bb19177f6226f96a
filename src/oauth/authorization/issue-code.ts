import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { TokenSettings } from "../../sessions/access-token.ts";
import { ownAudience } from "../../sessions/audience.ts";
import type { NewGrant, StoredGrant } from "../grants/grant.ts";
import { redirectHostOf } from "../redirect-uri.ts";
import { scopeText } from "../scopes.ts";
import type { ValidRequest } from "./authorization-request.ts";
import { grantedScope } from "./consent-rules.ts";
import type { HeldSession } from "./held-session.ts";
import { newAuthorizationCode } from "./new-code.ts";
import { type ClientRedirect, codeRedirect, errorRedirect } from "./redirect-url.ts";
import type { AuthorizationStore } from "./store.ts";

export type IssueCodeDeps = {
  readonly clock: Clock;
  readonly authorizations: Pick<AuthorizationStore, "issue">;
  readonly settings: Pick<TokenSettings, "publicUrl">;
};

type IssueInput = {
  readonly request: ValidRequest;
  readonly held: HeldSession;
  readonly grant: StoredGrant | null;
  /** The user has just allowed it. */
  readonly isConsent: boolean;
  readonly requestHash: string | null;
  readonly caller: Caller;
};

/** With the code or an error. `not_held`: the session has ended, or its refresh token is not current. */
export type IssuedCode = ClientRedirect | { readonly kind: "not_held" };

/** Issues a code in one batch, with the consent if it is a new one. */
export async function issueCode(
  deps: IssueCodeDeps,
  { request, held, grant, isConsent, requestHash, caller }: IssueInput,
): Promise<IssuedCode> {
  const now = deps.clock.now();
  const { publicUrl } = deps.settings;
  const { code, row } = await newAuthorizationCode(request, now);
  const clientId = request.client.id;
  const scope = grantedScope(grant, request.scopes, isConsent);
  const outcome = await deps.authorizations.issue({
    code: row,
    held,
    own: ownAudience(deps.settings),
    grant: { ...newGrant(request, grant, scope, now), isConsented: isConsent },
    storesGrant: isConsent || grant?.scope !== scope,
    requestHash,
    audit: newAuditEvent(
      deps,
      { type: "app_authorized", details: { client: clientId, scope: scopeText(request.scopes) } },
      caller,
      held.accountId,
    ),
  });
  if (outcome === "not_held") return { kind: "not_held" };
  if (outcome === "issued") return codeRedirect(request, publicUrl, code);
  const error =
    outcome === "request_used"
      ? ({ error: "invalid_request", description: "The request_uri was used already." } as const)
      : ({ error: "temporarily_unavailable", description: "Too many codes at once. Try again." } as const);
  return errorRedirect(request, publicUrl, error);
}

const newGrant = (
  { client, redirectUri, resource }: ValidRequest,
  grant: StoredGrant | null,
  scope: string,
  now: number,
): Omit<NewGrant, "isConsented"> => ({
  id: grant?.id ?? newId(),
  clientId: client.id,
  resource,
  scope,
  redirectHost: redirectHostOf(redirectUri),
  now,
});
