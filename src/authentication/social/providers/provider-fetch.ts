import { mapNetworkErrors, ProviderError } from "../../../core/provider-error.ts";
import { readAtMost } from "../../../core/read-at-most.ts";

/** Bytes: more than any valid response of a provider has. */
const MAX_RESPONSE_BYTES = 256 * 1024;

/** `fetch` with the limits that a provider's responses need. */
export type ProviderFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** The provider rejected the user, the code or the token. */
export class Refused extends Error {}

/**
 * Creates a fetch function whose requests share one deadline, follow no redirect and read a bounded body. It throws
 * `ProviderError` for network failures and oversized bodies; the caller interprets the status.
 */
export function createProviderFetch(timeout: number): ProviderFetch {
  const signal = AbortSignal.timeout(timeout);
  return async (url, init) => {
    const response = await mapNetworkErrors(fetch(url, { ...init, redirect: "manual", signal }));
    const bytes = await mapNetworkErrors(readAtMost(response.body, MAX_RESPONSE_BYTES));
    if (bytes === null) throw new ProviderError("bad_answer");
    const type = response.headers.get("Content-Type") ?? "";
    // A null body has no type, and the other headers describe the encoded bytes.
    return new Response(bytes, { status: response.status, headers: { "Content-Type": type } });
  };
}

/** The JSON object of a 200 response. A 4xx is a refusal, since this service sends well-formed requests. */
export async function fetchProviderJson(
  providerFetch: ProviderFetch,
  url: string,
  init?: RequestInit,
): Promise<Record<string, unknown>> {
  const response = await providerFetch(url, init);
  if ([400, 401, 403, 404, 422].includes(response.status)) throw new Refused();
  if (response.status !== 200) throw new ProviderError("bad_status");
  const value: unknown = await response.json();
  if (typeof value !== "object" || value === null) throw new ProviderError("bad_answer");
  return value as Record<string, unknown>;
}
