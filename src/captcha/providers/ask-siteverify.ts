import * as z from "zod/mini";
import {
  type OnProviderError,
  ProviderError,
  providerErrorKind,
  throwNetworkError,
} from "../../core/provider-error.ts";
import { readAtMost } from "../../core/read-at-most.ts";
import type { SiteverifyAnswer } from "../rules.ts";

/** How long a provider may take for its whole answer, in milliseconds. */
export const PROVIDER_TIMEOUT = 5_000;

const MAX_ANSWER_BYTES = 64 * 1024;

// Unknown keys are let be; a known one of another type is no answer of this protocol.
const siteverifyAnswer = z.pipe(
  z.object({
    success: z.boolean(),
    "error-codes": z._default(z.array(z.string()), []),
    hostname: z._default(z.nullable(z.string()), null),
    action: z._default(z.nullable(z.string()), null),
    score: z._default(z.nullable(z.number().check(z.minimum(0), z.maximum(1))), null),
    metadata: z.nullish(z.object({ result_with_testing_key: z._default(z.boolean(), false) })),
  }),
  z.transform(
    ({ "error-codes": errorCodes, metadata, ...said }): SiteverifyAnswer => ({
      ...said,
      errorCodes,
      fromTestKey: metadata?.result_with_testing_key ?? false,
    }),
  ),
);

type SiteverifyRequest = {
  readonly url: string;
  /** A field that is null is left out. */
  readonly fields: Readonly<Record<string, string | null>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly onProviderError: OnProviderError;
};

/**
 * One POST of a form, without redirects or a second try. Null for everything but a well-formed 200:
 * another status, an outage, no answer in time, one over 64 KiB or of another shape, which `onTrouble` tells apart. Never
 * throws.
 */
export async function askSiteverify(request: SiteverifyRequest): Promise<SiteverifyAnswer | null> {
  const { url, fields, timeout, onProviderError } = request;
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null) body.set(name, value);
  try {
    const signal = AbortSignal.timeout(timeout);
    const headers = { accept: "application/json" };
    const response = await throwNetworkError(
      fetch(url, { method: "POST", headers, body, redirect: "manual", signal }),
    );
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new ProviderError("bad_status");
    }
    const read = siteverifyAnswer.safeParse(JSON.parse(await readText(response)));
    if (read.success) return read.data;
    throw new ProviderError("bad_answer");
  } catch (cause) {
    // Whatever went wrong, nobody has vouched for anything.
    onProviderError(providerErrorKind(cause));
    return null;
  }
}

/** The body as UTF-8. Throws when it is too long or not UTF-8. */
async function readText(response: Response): Promise<string> {
  const bytes = await throwNetworkError(readAtMost(response.body, MAX_ANSWER_BYTES));
  if (bytes === null) throw new ProviderError("bad_answer");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new ProviderError("bad_answer", cause);
  }
}
