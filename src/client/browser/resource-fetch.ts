import type { BrowserEnvironment } from "./environment.ts";
import type { TokenHolder } from "./token-holder.ts";

/**
 * Returns a `fetch` that adds the access token. A token is sent to its resource only: a URL of another host, from
 * input of a user, must not receive it.
 */
export function resourceFetch(
  holder: TokenHolder,
  environment: BrowserEnvironment,
  resource: string | undefined,
) {
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const target = new URL(url, environment.location.href);
    if (resource === undefined || !isWithin(target, new URL(resource))) {
      throw new TypeError(`${target.href} is not a URL of the resource ${resource}`);
    }
    const headers = new Headers(init.headers);
    const token = await holder.accessToken();
    if (token !== null) headers.set("Authorization", `Bearer ${token}`);
    const response = await environment.fetch(target.href, { ...init, headers });
    const challenge = response.headers.get("WWW-Authenticate") ?? "";
    if (token !== null && response.status === 401 && challenge.includes('error="invalid_token"')) {
      holder.markStale(token);
    }
    return response;
  };
}

function isWithin(target: URL, resource: URL): boolean {
  const base = resource.pathname.replace(/\/$/, "");
  const isBelow = target.pathname === base || target.pathname.startsWith(`${base}/`);
  return target.origin === resource.origin && isBelow;
}
