import * as z from "zod/mini";
import { clientSecretAuth } from "./client-authentication.ts";
import { createOpenIdProvider } from "./openid-provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";

const clientAuth = z.enum(
  ["discovered", "client_secret_basic", "client_secret_post"],
  "must be client_secret_basic or client_secret_post",
);

/** Any OpenID Connect provider. */
export const oidc: ProviderDefinition<"CLIENT_AUTH"> = {
  name: "OpenID Connect",
  issuer: null,
  trust: "implied",
  variables: { CLIENT_AUTH: z._default(clientAuth, "discovered") },
  create(settings, deps) {
    const { CLIENT_AUTH: configured } = settings.own;
    const method =
      configured === "client_secret_basic" || configured === "client_secret_post" ? configured : null;
    return createOpenIdProvider(settings, deps, {
      clientAuth: (server) => clientSecretAuth(server, settings.clientSecret, method),
    });
  },
};
