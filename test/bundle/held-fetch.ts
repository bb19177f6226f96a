import { assertMatchesContract } from "../support/openapi-contract.ts";

/** Fetches from the bundle and checks the response against /openapi.json. */
export const heldFetch = async (url: URL, init: RequestInit = {}): Promise<Response> =>
  assertMatchesContract(init.method ?? "GET", url.pathname, await fetch(url, init));
