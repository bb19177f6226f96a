import type { SendOutcome } from "./send-outcome.ts";

/** How long a provider may take for its whole answer, in milliseconds. */
export const PROVIDER_TIMEOUT = 10_000;

// Answers that are read at all are short JSON; no provider may fill the memory.
const MAX_ANSWER_CHARACTERS = 16_384;

type ProviderRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | URLSearchParams;
  /** Milliseconds. */
  readonly timeout: number;
  /**
   * For a provider whose status alone does not tell. `answer` is the body's JSON, or null when that
   * is none or did not arrive. Null leaves the decision to the status.
   */
  readonly judge?: (status: number, answer: unknown) => SendOutcome | null;
};

/**
 * One POST, without redirects or a second try, and what its answer means for the message. A 2xx is
 * taken for `sent` whatever its body, since a retry of what was accepted would arrive twice. Never
 * throws. Reasons: `http_<status>`, `timeout`, `network`.
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

/** Whose fault is it? Only a fault of this very message ends it; all others may be mended in time. */
function outcomeOfStatus(status: number): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "sent" };
  const mendable =
    // 401 and 403: the key. 402: an unpaid account. 404: a wrong host or domain in the configuration.
    [401, 402, 403, 404, 408, 425, 429].includes(status) || status < 400 || status >= 500;
  return { outcome: mendable ? "retry" : "refused", reason: `http_${status}` };
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await readStart(response));
  } catch {
    // Garbage, or cut off: the status has arrived, and decides.
    return null;
  }
}

async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_ANSWER_CHARACTERS) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel();
  }
  return text;
}
