import type { Account } from "../../accounts/account.ts";
import type { SessionRestriction } from "../../sessions/session.ts";
import type { StoredGrant } from "../grants/grant.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { ValidRequest } from "./authorization-request.ts";
import type { Interaction } from "./interaction.ts";

/** The browser session that authorizes. Instants in milliseconds. */
export type AuthorizingSession = {
  readonly sessionId: string;
  /** The last sign-in or reauthentication. */
  readonly authenticatedAt: number;
  readonly amr: readonly string[];
  /** A restricted session authorizes nothing. */
  readonly restriction: SessionRestriction | null;
  readonly account: Account;
};

export type Facts = {
  readonly request: ValidRequest;
  readonly session: AuthorizingSession | null;
  readonly grant: StoredGrant | null;
  readonly interaction: Interaction | null;
  /** The account of `id_token_hint`; null without one. */
  readonly hintedAccountId: string | null;
  readonly now: number;
};

export type Decision =
  | { readonly kind: "error"; readonly error: OAuthError }
  /** `again`: a session is not enough; the user must sign in now. */
  | { readonly kind: "sign_in"; readonly again: boolean }
  /** `acr`: the context that the user is asked to reach by a reauthentication. */
  | { readonly kind: "step_up"; readonly acr: string }
  | { readonly kind: "choose_account"; readonly session: AuthorizingSession }
  /** The user must first do what the session is limited to. */
  | { readonly kind: "restricted"; readonly restriction: SessionRestriction }
  | { readonly kind: "consent"; readonly session: AuthorizingSession }
  | { readonly kind: "issue"; readonly session: AuthorizingSession };

export type Signed = Facts & { readonly session: AuthorizingSession };
export type Step = (facts: Signed) => Decision | null;
