import { type Fetch, sendRequest } from "./fetch.ts";

/** Bytes. A key set has a few hundred. */
const MAX_BYTES = 64 * 1024;

/** Fetches JSON with a timeout in milliseconds and a size limit, without redirects. Throws unless the status is 200. */
export async function readJson(url: string, timeout: number, fetch?: Fetch): Promise<unknown> {
  const response = await sendRequest(fetch, url, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(timeout),
  });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new Error(`Unexpected status ${response.status}.`);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const reader = response.body.getReader();
  let text = "";
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length > MAX_BYTES) {
      await reader.cancel();
      throw new Error("The response is too long.");
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return JSON.parse(text + decoder.decode());
}
