import { ClientSecretPost } from "oauth4webapi";
import { createOpenIdProvider, emailClaim } from "./openid-provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";

/**
 * Google is an OpenID provider with two differences. A Google account may have a third-party address that Google
 * verified only once, so that its owner may have changed. A mobile app gets an ID token for the server's client through
 * a client of its own, named in `azp`.
 * https://developers.google.com/identity/openid-connect/openid-connect
 */
export const google: ProviderDefinition<never> = {
  name: "Google",
  issuer: "https://accounts.google.com",
  trust: "verified",
  create: (settings, deps) =>
    createOpenIdProvider(settings, deps, {
      // The way of Google's documentation. Servers decode a secret in the header differently (RFC 6749 §2.3.1).
      clientAuth: () => ClientSecretPost(settings.clientSecret),
      forNativeClients: true,
      // Google supports neither `prompt=login` nor `max_age`.
      provesSignIn: false,
      emailClaimOf: (claims) => ({ ...emailClaim(claims), isAuthoritative: isAuthoritative(claims) }),
    }),
};

/**
 * Whether Google knows the address's current owner: a Gmail address, or a domain managed by Google Workspace (`hd`).
 * `hd` does not restrict who may sign in.
 * https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
function isAuthoritative({ email, hd }: Readonly<Record<string, unknown>>): boolean {
  const domain = typeof email === "string" ? email.slice(email.lastIndexOf("@") + 1).toLowerCase() : "";
  if (domain === "gmail.com" || domain === "googlemail.com") return true;
  return domain !== "" && typeof hd === "string" && hd.toLowerCase() === domain;
}
