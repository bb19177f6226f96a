import { holdToContract } from "../support/contract/hold.ts";

/** An answer of the bundle, once it is found to be what /openapi.json says. */
export const heldFetch = async (url: URL, init: RequestInit = {}): Promise<Response> =>
  holdToContract(init.method ?? "GET", url.pathname, await fetch(url, init));
