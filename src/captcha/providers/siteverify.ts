import * as z from "zod/mini";
import {
  mapNetworkErrors,
  type OnProviderError,
  ProviderError,
  providerErrorKind,
} from "../../core/provider-error.ts";
import { readAtMost } from "../../core/read-at-most.ts";
import type { SiteverifyResponse } from "../rules.ts";

/** Milliseconds for the complete response of a provider. */
export const SITEVERIFY_TIMEOUT_MS = 5_000;

const MAX_RESPONSE_BYTES = 64 * 1024;

// Unknown keys are ignored. A known key with another type makes the response invalid.
const siteverifyResponse = z.pipe(
  z.object({
    success: z.boolean(),
    "error-codes": z._default(z.array(z.string()), []),
    hostname: z._default(z.nullable(z.string()), null),
    action: z._default(z.nullable(z.string()), null),
    score: z._default(z.nullable(z.number().check(z.minimum(0), z.maximum(1))), null),
    metadata: z.nullish(z.object({ result_with_testing_key: z._default(z.boolean(), false) })),
  }),
  z.transform(
    ({ "error-codes": errorCodes, metadata, ...fields }): SiteverifyResponse => ({
      ...fields,
      errorCodes,
      fromTestKey: metadata?.result_with_testing_key ?? false,
    }),
  ),
);

type SiteverifyRequest = {
  readonly url: string;
  /** Null fields are omitted. */
  readonly fields: Readonly<Record<string, string | null>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly onProviderError: OnProviderError;
};

/**
 * Sends one form by POST, without redirects or retries. Returns null for anything but a valid 200:
 * another status, an outage, a timeout, a body over 64 KiB or of another format. `onProviderError` gets
 * the kind. Never throws.
 */
export async function postSiteverify(request: SiteverifyRequest): Promise<SiteverifyResponse | null> {
  const { url, fields, timeout, onProviderError } = request;
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null) body.set(name, value);
  try {
    const signal = AbortSignal.timeout(timeout);
    const headers = { accept: "application/json" };
    const response = await mapNetworkErrors(
      fetch(url, { method: "POST", headers, body, redirect: "manual", signal }),
    );
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new ProviderError("bad_status");
    }
    const parsed = siteverifyResponse.safeParse(JSON.parse(await readText(response)));
    if (parsed.success) return parsed.data;
    throw new ProviderError("bad_answer");
  } catch (cause) {
    onProviderError(providerErrorKind(cause));
    return null;
  }
}

/** The body as UTF-8. Throws if it is too long or not UTF-8. */
async function readText(response: Response): Promise<string> {
  const bytes = await mapNetworkErrors(readAtMost(response.body, MAX_RESPONSE_BYTES));
  if (bytes === null) throw new ProviderError("bad_answer");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new ProviderError("bad_answer", cause);
  }
}
