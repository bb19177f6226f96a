import type { DeliveryOutcome } from "../../../core/delivery-outcome.ts";
import type { Result } from "../../../core/result.ts";

/**
 * How far the provider vouches for the email address. `verified`: the user owns the address now. `implied`: the user
 * has proven it at some time, or the provider hands out only proven addresses without a claim that says so.
 * `unverified`: anything else, including no address.
 */
export type EmailTrust = "verified" | "implied" | "unverified";

/** The claims of a user at a provider. */
export type Profile = {
  /** The provider's subject, prefixed with the issuer unless that is the default one. Never empty, never reassigned. */
  readonly subject: string;
  /** As the provider sends it; it may be malformed. */
  readonly email: string | null;
  readonly emailTrust: EmailTrust;
  readonly name: string | null;
  /** When the user authenticated at the provider (ms), which may have been long before. Undefined: it does not say. */
  readonly authenticatedAt?: number | undefined;
};

/** `refreshToken`: of a provider that revokes tokens (RFC 7009), if it gave one. */
export type ExchangedProfile = Profile & { readonly refreshToken?: string | undefined };

/** `refused`: the provider rejected the code, token or user. `unavailable`: no response, or an unusable one. */
export type ProviderFailure = "refused" | "unavailable";

/** The parameters that bind a callback to its authorization request. */
export type OAuthTransaction = {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /**
   * The user must authenticate at the provider after this instant (ms): a session of the provider is not enough. Null: it is.
   * A provider that cannot prove it ignores this (docs/security.md, "Known gaps").
   */
  readonly newSignInSince: number | null;
};

/** A token that a client application got from the provider's SDK. */
export type ProviderToken = {
  readonly kind: "id_token" | "access_token";
  readonly token: string;
  /** The nonce of the application's request, which an ID token must have. Undefined: not checked. */
  readonly nonce?: string | undefined;
};

/** An ID token that opens one sign-in or one link. `expiresAt`: the instant (ms) from which it is invalid anyway. */
export type SingleUseIdToken = { readonly tokenHash: string; readonly expiresAt: number };

/** The user of a token. `idToken`: null for an access token, which an application may use until it expires. */
export type VerifiedToken = { readonly profile: Profile; readonly idToken: SingleUseIdToken | null };

/** One provider. Its methods never throw, and return within a few seconds. */
export type SocialProvider = {
  /** The display name. */
  readonly name: string;
  /** The kind of token that `verifyToken` accepts. */
  readonly tokenKind: ProviderToken["kind"];
  /** The provider posts its authorization response from its own page (OAuth 2.0 Form Post Response Mode). */
  readonly usesFormPost?: true;
  /** The URL of the authorization request (RFC 6749 §4.1.1). */
  authorizationUrl(transaction: OAuthTransaction): Promise<Result<string, ProviderFailure>>;
  /** Validates the callback, exchanges its code and returns the user's profile. */
  exchangeCode(
    callback: URLSearchParams,
    transaction: OAuthTransaction,
  ): Promise<Result<ExchangedProfile, ProviderFailure>>;
  /** Returns the profile of a token's user, if the provider issued the token to this service's client. */
  verifyToken(token: ProviderToken): Promise<Result<VerifiedToken, ProviderFailure>>;
  /** Revokes a refresh token (RFC 7009). Absent: the provider has no endpoint for it. */
  revokeToken?(token: string): Promise<DeliveryOutcome>;
};
