import type { ProviderDeps } from "./code-flow.ts";
import { createOidc } from "./oidc.ts";
import type { SocialProvider } from "./provider.ts";
import type { ClientSettings } from "./settings.ts";

/**
 * Google is an OpenID provider like any other, but that its accounts may be made under anybody's address, which it
 * asked for once, years ago maybe. A phone's app gets its token for the server's client by a client of its own, which
 * `azp` names.
 * https://developers.google.com/identity/openid-connect/openid-connect
 */
export const createGoogle = (settings: ClientSettings, deps: ProviderDeps): SocialProvider =>
  createOidc(settings, deps, { forNativeClients: true, isAuthoritative });

/**
 * Whether the mailbox is Google's own, or of a domain whose mail and people it manages (`hd`): only then does it know
 * whose the address is today. Who may sign in is not decided by whose customer they are.
 * https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
function isAuthoritative({ email, hd }: Readonly<Record<string, unknown>>): boolean {
  const domain = typeof email === "string" ? email.slice(email.lastIndexOf("@") + 1).toLowerCase() : "";
  if (domain === "gmail.com" || domain === "googlemail.com") return true;
  return domain !== "" && typeof hd === "string" && hd.toLowerCase() === domain;
}
