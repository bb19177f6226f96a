/** `fetch` of the platform, or of a service binding: `(url, init) => env.GATEHOUSE.fetch(url, init)`. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/**
 * Sends a request without following redirects. An endpoint of Gatehouse never redirects a program, and a redirect
 * would send credentials to another host.
 */
export const sendRequest = (fetch: Fetch = globalThis.fetch, url: string, init?: RequestInit) =>
  fetch(url, { ...init, redirect: "manual" });
