import { ClientSecretPost } from "oauth4webapi";
import { createOpenIdProvider } from "./openid-provider.ts";
import type { ProviderDefinition } from "./provider-definition.ts";

/**
 * LinkedIn is an OpenID provider with three differences. It expects the client secret in the body, although discovery
 * lists no method. It ignores the nonce. Its token endpoint rejects a `code_verifier` of an app that it has not allowed
 * PKCE. So only `state`, which a cookie binds to the browser, protects the callback (docs/security.md, "Known gaps").
 * https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
 */
export const linkedin: ProviderDefinition<never> = {
  name: "LinkedIn",
  issuer: "https://www.linkedin.com/oauth",
  trust: "implied",
  create: (settings, deps) =>
    createOpenIdProvider(settings, deps, {
      clientAuth: () => ClientSecretPost(settings.clientSecret),
      usesNonce: false,
      usesPkce: false,
      provesSignIn: false,
    }),
};
