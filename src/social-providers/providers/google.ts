import type { ProviderDeps } from "../code-flow.ts";
import type { SocialProvider } from "../port.ts";
import type { ClientSettings } from "../settings.ts";
import { createOidc } from "./oidc.ts";

/**
 * Google is an OpenID provider like any other. `hd`, the domain of a company account, is not looked
 * at: who may sign in is not decided by whose customer they are. A phone's app gets its token for the server's
 * client by a client of its own, which `azp` names.
 * https://developers.google.com/identity/openid-connect/openid-connect
 */
export const createGoogle = (settings: ClientSettings, deps: ProviderDeps): SocialProvider =>
  createOidc(settings, deps, { forNativeClients: true });
