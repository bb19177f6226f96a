import type { JSONWebKeySet } from "jose";
import { type Clock, SECOND } from "../../core/clock.ts";
import {
  mapNetworkErrors,
  type OnProviderError,
  ProviderError,
  providerErrorKind,
} from "../../core/provider-error.ts";
import { mayBeCalled } from "../../core/public-host.ts";
import { readAtMost } from "../../core/read-at-most.ts";

const TIMEOUT_MS = 5 * SECOND;
const MAX_BYTES = 64 * 1024;
/** Key sets of one isolate. The oldest makes room. */
const MAX_CACHED = 200;

/**
 * Milliseconds for which a failure is remembered. Anyone can send assertions in the name of a client, and each would
 * otherwise wait for its failing server.
 */
const FAILURE_TTL_MS = 30 * SECOND;

type CachedKeySet = {
  /** The last one that was read, if any. */
  readonly keySet: JSONWebKeySet | null;
  readonly readAt: number;
  /** Null: the last attempt succeeded. */
  readonly failedAt: number | null;
};

type Deps = {
  /** Development also allows the hosts of this machine. */
  readonly allowsLoopback: boolean;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  readonly clock: Clock;
  readonly cache: Map<string, CachedKeySet>;
  readonly onError: OnProviderError;
};

/**
 * Reads the key sets (`jwks_uri`, RFC 7591 §2) of clients: https to public hosts, without redirects, bounded in time and
 * size. A failure is remembered for a short time. The URI is checked at each read, since the row of the client may be older than the rules.
 */
export function createClientKeySets({ clock, cache, onError, allowsLoopback, timeout = TIMEOUT_MS }: Deps) {
  return {
    async read(uri: string, maxAge: number): Promise<JSONWebKeySet | null> {
      const cached = cache.get(uri);
      const now = clock.now();
      if (cached?.keySet && now - cached.readAt < maxAge) return cached.keySet;
      if (cached && cached.failedAt !== null && now - cached.failedAt < FAILURE_TTL_MS) return null;
      try {
        if (!mayBeCalled(uri, allowsLoopback)) throw new ProviderError("bad_answer");
        const keySet = await fetchKeySet(uri, timeout);
        remember(cache, uri, { keySet, readAt: clock.now(), failedAt: null });
        return keySet;
      } catch (cause) {
        onError(providerErrorKind(cause));
        // A failed attempt to find a new key must not cost the client the keys that are known.
        const { keySet, readAt } = cached ?? { keySet: null, readAt: 0 };
        remember(cache, uri, { keySet, readAt, failedAt: clock.now() });
        return null;
      }
    },
  };
}

async function fetchKeySet(uri: string, timeout: number): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(timeout);
  const headers = { Accept: "application/json" };
  const response = await mapNetworkErrors(fetch(uri, { headers, redirect: "manual", signal }));
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new ProviderError("bad_status");
  }
  const bytes = await mapNetworkErrors(readAtMost(response.body, MAX_BYTES));
  if (bytes === null) throw new ProviderError("bad_answer");
  const keySet: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isKeySet(keySet)) throw new ProviderError("bad_answer");
  return keySet;
}

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  typeof value === "object" && value !== null && "keys" in value && Array.isArray(value.keys);

function remember(cache: Deps["cache"], uri: string, entry: CachedKeySet): void {
  cache.delete(uri);
  const [oldest = ""] = cache.keys();
  if (cache.size >= MAX_CACHED) cache.delete(oldest);
  cache.set(uri, entry);
}
