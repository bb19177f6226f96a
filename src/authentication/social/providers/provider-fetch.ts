import { ProviderError, throwNetworkError } from "../../../core/provider-error.ts";
import { readAtMost } from "../../../core/read-at-most.ts";

/** Bytes: more than any answer of a provider that makes sense has. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** `fetch`, as far as a provider can be trusted with it. */
export type ProviderFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** The provider said no: to this person, this code or this token. */
export class Refused extends Error {}

/**
 * Requests that all end by one deadline, follow no redirect, and read no more than an answer can
 * have. Throws for whatever is the provider's own trouble; what it says otherwise is for the caller.
 */
export function createProviderFetch(timeout: number): ProviderFetch {
  const signal = AbortSignal.timeout(timeout);
  return async (url, init) => {
    const response = await throwNetworkError(fetch(url, { ...init, redirect: "manual", signal }));
    const bytes = await throwNetworkError(readAtMost(response.body, MAX_ANSWER_BYTES));
    if (bytes === null) throw new ProviderError("bad_answer");
    const type = response.headers.get("Content-Type") ?? "";
    // Null bodies have no type, and the other headers speak of the bytes as they travelled.
    return new Response(bytes, { status: response.status, headers: { "Content-Type": type } });
  };
}

/** The JSON of a 200. A 4xx is a refusal, since the request is one that we know to be well-formed. */
export async function fetchProviderJson(
  ask: ProviderFetch,
  url: string,
  init?: RequestInit,
): Promise<Record<string, unknown>> {
  const response = await ask(url, init);
  if ([400, 401, 403, 404, 422].includes(response.status)) throw new Refused();
  if (response.status !== 200) throw new ProviderError("bad_status");
  const value: unknown = await response.json();
  if (typeof value !== "object" || value === null) throw new ProviderError("bad_answer");
  return value as Record<string, unknown>;
}
