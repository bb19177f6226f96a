import { SECOND } from "../../core/clock.ts";
import { readAtMost } from "../../core/read-at-most.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { documentLifetime } from "./document-lifetime.ts";

const MAX_BYTES = 64 * 1024;
export const DOCUMENT_TIMEOUT = 5 * SECOND;

export type FetchedDocument = {
  readonly json: unknown;
  /** Milliseconds for which it may be used. */
  readonly lifetime: number;
};

/** `unreachable`: a later attempt may succeed. `invalid`: the response is no document. */
export type FetchDocument = (url: URL) => Promise<Result<FetchedDocument, "unreachable" | "invalid">>;

/**
 * Reads a metadata document: one GET without credentials, no redirect, 64 KiB, JSON. The host is the client's, so that
 * each failure is a value. The platform refuses private addresses (`global_fetch_strictly_public`).
 */
export const createFetchDocument =
  (timeout: number = DOCUMENT_TIMEOUT): FetchDocument =>
  async (url) => {
    try {
      const response = await fetch(url, {
        headers: { Accept: "application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(timeout),
      });
      const isUsable = response.status === 200 && isJson(response.headers.get("Content-Type") ?? "");
      if (!isUsable) await response.body?.cancel();
      const bytes = isUsable ? await readAtMost(response.body, MAX_BYTES) : null;
      if (bytes === null) return err(response.status >= 500 ? "unreachable" : "invalid");
      const json = parse(bytes);
      return json === undefined ? err("invalid") : ok({ json, lifetime: documentLifetime(response.headers) });
    } catch {
      return err("unreachable");
    }
  };

const isJson = (contentType: string): boolean => {
  const mediaType = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  return mediaType === "application/json" || /^application\/[\w.-]+\+json$/.test(mediaType);
};

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}
