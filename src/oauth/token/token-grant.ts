import type { Caller } from "../../core/caller.ts";
import type { Result } from "../../core/result.ts";
import type { UsedAssertion } from "../client-authentication/client-assertion.ts";
import type { Client } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";
import type { CurrentAccess } from "./current-access.ts";

/** The response of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export type TokenResponse = {
  readonly access_token: string;
  readonly token_type: "Bearer";
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
};

/** A token request. The client is authenticated, and registered for the grant type. */
export type TokenGrantRequest = {
  readonly client: Client;
  readonly form: OAuthForm;
  readonly caller: Caller;
  /** The client's assertion. The batch that consumes what is presented stores its use. */
  readonly assertion: UsedAssertion | null;
  /** What the presented code, device code or refresh token still allows. Null: it is not valid, or there is none. */
  readonly access: CurrentAccess | null;
};

/** The use case of one grant type. */
export type TokenGrant<Deps> = (
  deps: Deps,
  request: TokenGrantRequest,
) => Promise<Result<TokenResponse, OAuthError>>;
