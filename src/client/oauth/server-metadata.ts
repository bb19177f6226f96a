import { type AuthorizationServer, discoveryRequest, processDiscoveryResponse } from "oauth4webapi";
import { clock } from "../clock.ts";
import { type OAuthClient, requestOptions } from "./oauth-client.ts";

/** Milliseconds for which metadata is cached. */
const FRESH_MS = 60 * 60_000;

type Cached = { readonly metadata: AuthorizationServer; readonly fetchedAt: number };

/** By issuer. Values only: in Workers, a request must not await a promise that another request started. */
const cache = new Map<string, Cached>();

/**
 * The metadata of the authorization server (OpenID Connect Discovery 1.0 §4, whose `issuer` must match exactly). Uses
 * the cached metadata while the server does not answer. Throws if there is none.
 */
export async function findServerMetadata(
  client: Pick<OAuthClient, "issuer" | "fetch">,
): Promise<AuthorizationServer> {
  const { issuer } = client;
  const cached = cache.get(issuer);
  if (cached && clock.now() - cached.fetchedAt < FRESH_MS) return cached.metadata;
  try {
    const url = new URL(issuer);
    const response = await discoveryRequest(url, requestOptions(client));
    const metadata = await processDiscoveryResponse(url, response);
    cache.set(issuer, { metadata, fetchedAt: clock.now() });
    return metadata;
  } catch (cause) {
    if (cached) return cached.metadata;
    throw cause;
  }
}
