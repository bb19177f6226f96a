/** The error codes of the OAuth and OpenID endpoints. Each is of the standard named beside it. */
export type OAuthErrorCode =
  // RFC 6749 §4.1.2.1 and §5.2
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  | "invalid_scope"
  | "access_denied"
  | "server_error"
  | "temporarily_unavailable"
  // RFC 7009 §2.2.1
  | "unsupported_token_type"
  // RFC 8707 §2
  | "invalid_target"
  // RFC 6750 §3.1
  | "invalid_token"
  | "insufficient_scope"
  // OpenID Connect Core §3.1.2.6
  | "login_required"
  | "consent_required"
  | "interaction_required"
  | "account_selection_required"
  | "request_not_supported"
  | "request_uri_not_supported"
  | "invalid_request_uri"
  | "registration_not_supported"
  // OpenID Connect Unmet Authentication Requirements §5
  | "unmet_authentication_requirements"
  // RFC 8628 §3.5
  | "authorization_pending"
  | "slow_down"
  | "expired_token"
  // RFC 7591 §3.2.2
  | "invalid_redirect_uri"
  | "invalid_client_metadata";

/** `error` and `error_description` of a response. The description is for the developer of the client. */
export type OAuthError = { readonly error: OAuthErrorCode; readonly description: string };
