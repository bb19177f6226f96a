import type { Clock } from "../../core/clock.ts";
import { withParameters } from "../authorization/redirect-url.ts";
import { type ResolveClientDeps, resolveFoundClient } from "../client-metadata/resolve-client.ts";
import type { Client } from "../clients/client.ts";
import { type IdTokenDeps, verifyIdTokenHint } from "../id-token.ts";
import type { OAuthError } from "../oauth-error.ts";
import { parseOAuthParameters } from "../oauth-form.ts";
import type { LogoutStore } from "./store.ts";

export type CheckLogoutDeps = Pick<IdTokenDeps, "keyRing" | "settings"> &
  ResolveClientDeps & {
    readonly clock: Clock;
    readonly logouts: Pick<LogoutStore, "read">;
  };

type LogoutInput = {
  /** The query string, without its question mark. */
  readonly query: string;
  /** The session of the browser's cookies, by its signature. */
  readonly sessionId: string | null;
};

export type CheckedLogout =
  | { readonly kind: "invalid"; readonly error: OAuthError }
  | {
      readonly kind: "valid";
      readonly client: Client | null;
      /** Where the browser goes afterwards; null: it stays here. */
      readonly url: string | null;
      /** The client has proven that the user of this browser's session has signed in to it. */
      readonly isProven: boolean;
    };

/**
 * Checks a logout request (OpenID Connect RP-Initiated Logout 1.0 §2). The redirect is for a registered client only, to
 * exactly one of its URIs.
 */
export async function checkLogout(
  deps: CheckLogoutDeps,
  { query, sessionId }: LogoutInput,
): Promise<CheckedLogout> {
  const parsed = parseOAuthParameters(query);
  if (!parsed.ok) return { kind: "invalid", error: parsed.error };
  const form = parsed.value;
  const idToken = form.get("id_token_hint");
  const hint = idToken === undefined ? null : await verifyIdTokenHint(deps, idToken);
  if (idToken !== undefined && hint === null) return invalid("The id_token_hint is not valid.");
  const named = form.get("client_id");
  if (hint && named !== undefined && named !== hint.clientId)
    return invalid("The id_token_hint was issued to another client.");
  const clientId = hint?.clientId ?? named;
  const redirectUri = form.get("post_logout_redirect_uri");
  if (clientId === undefined) {
    return redirectUri === undefined
      ? { kind: "valid", client: null, url: null, isProven: false }
      : invalid("A post_logout_redirect_uri requires a client_id or an id_token_hint.");
  }
  const now = deps.clock.now();
  const { found, matches } = await deps.logouts.read({ clientId, sessionId: sessionId ?? "", hint, now });
  // A client that is not known yet has signed in no user: its document is not read.
  const client = found && (await resolveFoundClient(deps, { clientId, found, now }))?.client;
  if (!client) return invalid("The client is unknown.");
  if (redirectUri !== undefined && !client.postLogoutRedirectUris.includes(redirectUri))
    return invalid("The client has not registered this post_logout_redirect_uri.");
  const state = form.get("state") ?? null;
  const url = redirectUri === undefined ? null : withParameters(redirectUri, { state });
  return { kind: "valid", client, url, isProven: matches };
}

const invalid = (description: string): CheckedLogout => ({
  kind: "invalid",
  error: { error: "invalid_request", description },
});
