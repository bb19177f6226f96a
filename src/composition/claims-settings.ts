import * as z from "zod/mini";
import type { VariableProblem } from "../core/config-parsers.ts";
import type { ClaimsSettings } from "../oauth/custom-claims/settings.ts";

const wholeNumber = (min: number, max: number, fallback: number, unit: string) => {
  const message = `must be a whole number of ${unit} from ${min} to ${max}`;
  return z._default(
    z.coerce.number(message).check(z.int(message), z.minimum(min, message), z.maximum(max, message)),
    fallback,
  );
};

const variables = z.object({
  CLAIMS_TIMEOUT_MS: wholeNumber(50, 5000, 500, "milliseconds"),
  // A stale claim lives for this long and then for the lifetime of an access token.
  CLAIMS_TTL: wholeNumber(0, 900, 60, "seconds"),
  CLAIMS_ON_FAILURE: z._default(z.enum(["closed", "open"], "must be closed or open"), "closed"),
  CLAIMS_PREFIX: z.optional(
    z
      .string("must be text")
      .check(
        z.regex(
          /^[a-z][a-z0-9_-]{0,30}[_.:/-]$/,
          "must be a-z, 0-9, - and _, and end with one of _ . : / -, such as acme_",
        ),
      ),
  ),
});

type ReadClaimsSettings =
  | { readonly settings: ClaimsSettings }
  | { readonly problems: readonly VariableProblem[] };

/** Reads the variables of the binding `CLAIMS`. */
export function readClaimsSettings(given: Record<string, unknown>): ReadClaimsSettings {
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) => ({ path: String(path[0]), message })),
    };
  }
  const { CLAIMS_TIMEOUT_MS, CLAIMS_TTL, CLAIMS_ON_FAILURE, CLAIMS_PREFIX } = parsed.data;
  return {
    settings: {
      timeoutMs: CLAIMS_TIMEOUT_MS,
      ttl: CLAIMS_TTL,
      onFailure: CLAIMS_ON_FAILURE,
      prefix: CLAIMS_PREFIX ?? null,
    },
  };
}
