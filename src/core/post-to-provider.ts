import type { SendOutcome } from "./send-outcome.ts";

/** Milliseconds for the complete response of a provider. */
export const PROVIDER_TIMEOUT_MS = 10_000;

// The responses that are read are short JSON. The limit protects the memory of the isolate.
const MAX_RESPONSE_CHARACTERS = 16_384;

type ProviderRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | URLSearchParams;
  /** Milliseconds. */
  readonly timeout: number;
  /**
   * For a provider whose status is ambiguous. `body` is the parsed JSON, or null if it is invalid or
   * incomplete. A null result leaves the decision to the status.
   */
  readonly judge?: (status: number, body: unknown) => SendOutcome | null;
};

/**
 * Sends one POST, without redirects or retries, and returns the outcome for the message. Every 2xx
 * is `sent`, because a retry of an accepted message would arrive twice. Never throws. Reasons:
 * `http_<status>`, `timeout`, `network`.
 */
export async function postToProvider(request: ProviderRequest): Promise<SendOutcome> {
  const { url, headers, body, timeout, judge } = request;
  const signal = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    if (judge === undefined) {
      await response.body?.cancel();
      return outcomeOfStatus(response.status);
    }
    return judge(response.status, await readJson(response)) ?? outcomeOfStatus(response.status);
  } catch {
    return { outcome: "retry", reason: signal.aborted ? "timeout" : "network" };
  }
}

/** Only an error in this message makes it `refused`. Every other error may be fixed before the retry. */
function outcomeOfStatus(status: number): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "sent" };
  const isRetryable =
    // 401 and 403: the key. 402: an unpaid account. 404: a wrong host or domain in the configuration.
    [401, 402, 403, 404, 408, 425, 429].includes(status) || status < 400 || status >= 500;
  return { outcome: isRetryable ? "retry" : "refused", reason: `http_${status}` };
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await readStart(response));
  } catch {
    // Invalid or incomplete JSON: the status decides.
    return null;
  }
}

async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_RESPONSE_CHARACTERS) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel();
  }
  return text;
}
