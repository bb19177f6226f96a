import type { JWTPayload } from "jose";
import type { Account } from "../accounts/account.ts";
import { SECOND } from "../core/clock.ts";
import { emailClaims } from "../sessions/user-claims.ts";

/** The claims that a scope gives about a user (OpenID Connect Core §5.4). */
const CLAIMS = {
  profile: (account, publicUrl) => ({
    name: account.lastName === null ? account.name : `${account.name} ${account.lastName}`,
    given_name: account.name,
    family_name: account.lastName,
    preferred_username: account.username,
    picture: account.avatarKey === null ? null : `${publicUrl}/avatars/${account.avatarKey}`,
    locale: account.locale,
    updated_at: Math.floor(account.updatedAt / SECOND),
  }),
  email: (account) => emailClaims(account),
  phone: ({ phone, phoneVerifiedAt }) =>
    phone === null ? {} : { phone_number: phone, phone_number_verified: phoneVerifiedAt !== null },
} satisfies Record<string, (account: Account, publicUrl: string) => JWTPayload>;

/** The claims of the scopes of a token. A claim without a value is left out (OpenID Connect Core §5.3.2). */
export function claimsOfScopes(account: Account, scopes: readonly string[], publicUrl: string): JWTPayload {
  const claims = Object.entries(CLAIMS).flatMap(([scope, of]) =>
    scopes.includes(scope) ? Object.entries(of(account, publicUrl)) : [],
  );
  return Object.fromEntries(claims.filter(([, value]) => value !== null));
}

/** `claims_supported` of the discovery document. */
export const SCOPE_CLAIMS = [
  "name",
  "given_name",
  "family_name",
  "preferred_username",
  "picture",
  "locale",
  "updated_at",
  "email",
  "email_verified",
  "phone_number",
  "phone_number_verified",
] as const;
