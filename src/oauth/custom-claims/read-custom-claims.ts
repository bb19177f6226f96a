import { type Clock, SECOND, type Wait } from "../../core/clock.ts";
import { type OnProviderError, ProviderError, providerErrorKind } from "../../core/provider-error.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type ClaimsCache, cacheClaims, cachedClaims } from "./claims-cache.ts";
import type { ClaimsSource, ClaimsSubject } from "./claims-source.ts";
import { type CustomClaims, readClaims } from "./rules.ts";
import type { ClaimsSettings } from "./settings.ts";

export type ReadCustomClaimsDeps = {
  readonly clock: Clock;
  readonly customClaims: {
    /** The binding `CLAIMS`. Null: tokens have no custom claims. */
    readonly source: ClaimsSource | null;
    readonly settings: ClaimsSettings;
    readonly cache: ClaimsCache;
    /** Waits for the time limit of a call. */
    readonly wait: Wait;
    /** Records a failure in the log line of the request, and counts it. */
    readonly onFailure: OnProviderError;
  };
};

/**
 * Reads the claims that the team's Worker adds to an access token. Call it before a code or a refresh token is consumed:
 * with CLAIMS_ON_FAILURE=closed a failure refuses the request (`temporarily_unavailable`), which the client repeats.
 */
export async function readCustomClaims(
  { clock, customClaims }: ReadCustomClaimsDeps,
  subject: ClaimsSubject,
): Promise<Result<CustomClaims, "unavailable">> {
  const { source, settings, cache, onFailure } = customClaims;
  if (source === null) return ok({});
  const known = cachedClaims(cache, subject, clock.now());
  if (known) return ok(known);
  try {
    const answer = await withTimeout(customClaims, () => source.claimsFor(subject));
    const claims = readClaims(answer, settings.prefix);
    if (claims === null) throw new ProviderError("bad_answer");
    const expiresAt = clock.now() + settings.ttl * SECOND;
    if (settings.ttl > 0) cacheClaims(cache, subject, { claims, expiresAt });
    return ok(claims);
  } catch (cause) {
    // Its message is not logged: an exception of the team's Worker may repeat its arguments.
    onFailure(cause instanceof ProviderError ? providerErrorKind(cause) : "unreachable");
    return settings.onFailure === "open" ? ok({}) : err("unavailable");
  }
}

/** A call that takes too long goes on, and its answer is ignored. */
const withTimeout = <T>(
  { wait, settings }: ReadCustomClaimsDeps["customClaims"],
  call: () => Promise<T>,
): Promise<T> =>
  Promise.race([
    call(),
    wait(settings.timeoutMs).then(() => {
      throw new ProviderError("timeout");
    }),
  ]);
