import type { Result } from "../../../core/result.ts";

/**
 * What the provider says of the address. `verified`: it was proven to it, and is that person's now. `implied`: it was
 * proven once, or it hands out none but proven ones and has no field that says so. `unverified`: anything else, and no address at all.
 */
export type EmailTrust = "verified" | "implied" | "unverified";

/** Somebody as their provider knows them. */
export type Profile = {
  /** The provider's own name for them, after that of an issuer which is not the usual one: never empty, never reused. */
  readonly subject: string;
  /** As the provider has it; whether it can be an address at all is for the reader to say. */
  readonly email: string | null;
  readonly emailTrust: EmailTrust;
  readonly name: string | null;
};

/** `refused`: it did not vouch for anybody. `unavailable`: it did not say, or nothing that makes sense. */
export type ProviderFailure = "refused" | "unavailable";

/** What ties a callback to the request that it answers. */
export type OAuthTransaction = {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
};

/** What an app has from the provider's own software. */
export type AppToken = { readonly kind: "id_token" | "access_token"; readonly token: string };

/** One provider. Never throws, and answers within a few seconds whatever happens. */
export type SocialProvider = {
  /** What people call it. */
  readonly name: string;
  /** Which token of an app it can look into. */
  readonly appToken: AppToken["kind"];
  /** Where to send the browser. */
  authorize(transaction: OAuthTransaction): Promise<Result<string, ProviderFailure>>;
  /** Who came back, by the query of the callback. */
  finish(callback: URLSearchParams, transaction: OAuthTransaction): Promise<Result<Profile, ProviderFailure>>;
  /** Whom an app's token is of, if the provider gave it to this very client. */
  inspect(token: string): Promise<Result<Profile, ProviderFailure>>;
};
