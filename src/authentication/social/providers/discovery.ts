import { type AuthorizationServer, discoveryRequest, processDiscoveryResponse } from "oauth4webapi";
import { HOUR } from "../../../core/clock.ts";
import { ProviderError } from "../../../core/provider-error.ts";
import { type ProviderDeps, requestOptions } from "./code-flow.ts";
import { cached } from "./metadata.ts";
import type { ProviderFetch } from "./provider-fetch.ts";

/** Milliseconds for which a discovery document or key set is cached. */
export const METADATA_TTL_MS = HOUR;

/** `base`: the URL below which the document is. `issuer`: the one that it has to name; by default the base. */
export type Discovery = { readonly base: string; readonly issuer?: string };

/** OpenID Connect Discovery 1.0 §4. */
export const discover = (
  providerFetch: ProviderFetch,
  { base, issuer = base }: Discovery,
  deps: ProviderDeps,
): Promise<AuthorizationServer> =>
  cached(deps, base, METADATA_TTL_MS, async () => {
    const response = await discoveryRequest(new URL(base), requestOptions(providerFetch, base));
    return requireEndpoints(await processDiscoveryResponse(new URL(issuer), response));
  });

/** Checks the endpoints before the document is cached: browsers and secrets are sent to them. */
function requireEndpoints(server: AuthorizationServer): AuthorizationServer {
  const { issuer, authorization_endpoint, token_endpoint, jwks_uri } = server;
  for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri]) {
    const { protocol } = new URL(endpoint ?? "");
    if (protocol !== "https:" && !issuer.startsWith("http:")) throw new ProviderError("bad_answer");
  }
  return server;
}
