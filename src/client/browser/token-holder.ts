import type { OAuthClient } from "../oauth/oauth-client.ts";
import { refreshTokens } from "../oauth/refresh-tokens.ts";
import type { BrowserEnvironment } from "./environment.ts";
import { openTabChannel } from "./tab-channel.ts";
import { type BrowserTokens, browserTokens, isFresh } from "./tokens.ts";

/** Gatehouse did not answer. Nothing is known about the session. */
export class Unavailable extends Error {}

/**
 * The tokens of this tab. All tabs of the app share one refresh token, which one tab at a time exchanges: RFC 9700
 * §4.14.2 ends the session when a rotated refresh token is used again.
 */
export function openTokenHolder(client: OAuthClient, environment: BrowserEnvironment, name: string) {
  let tokens: BrowserTokens | null = null;
  const listeners = new Set<() => void>();

  function set(next: BrowserTokens | null): void {
    const changed = tokens?.user?.sub !== next?.user?.sub || (tokens === null) !== (next === null);
    tokens = next;
    if (changed) for (const listener of listeners) listener();
  }

  const channel = openTabChannel(environment, name, {
    current: () => tokens,
    received: (received) => {
      if (received.expiresAt > (tokens?.expiresAt ?? 0)) set(received);
    },
    ended: (refreshToken) => {
      if (refreshToken === undefined || refreshToken === tokens?.refreshToken) set(null);
    },
  });

  async function refresh(): Promise<void> {
    // Another tab may have refreshed while this one waited for the lock.
    await channel.request();
    if (tokens === null || isFresh(tokens)) return;
    const { refreshToken } = tokens;
    const result = refreshToken === undefined ? null : await refreshTokens(client, refreshToken);
    // The user signed out, or signed in again, while the request was on its way.
    if (tokens?.refreshToken !== refreshToken) return;
    if (result?.ok) {
      const next = browserTokens(result, tokens);
      set(next);
      channel.publish(next);
      return;
    }
    if (result?.reason === "unavailable") throw new Unavailable("Gatehouse did not answer.");
    if (result?.reason === "misconfigured")
      throw new Error(`Gatehouse rejected the client: ${result.error}.`);
    channel.publishEnd(refreshToken);
    set(null);
  }

  return {
    current: (): BrowserTokens | null => tokens,
    /** After a sign-in: the other tabs take the tokens over. */
    replace(next: BrowserTokens): void {
      set(next);
      channel.publish(next);
    },
    /** Asks the other tabs. */
    adopt: (): Promise<void> => channel.request(),
    /** The token is refreshed before its next use, since the resource refused it. */
    markStale: (accessToken: string): void => {
      if (tokens?.accessToken === accessToken) tokens = { ...tokens, expiresAt: 0 };
    },
    /** A fresh access token, or null without a session. */
    async accessToken(): Promise<string | null> {
      if (tokens !== null && !isFresh(tokens)) await environment.navigator.locks.request(name, refresh);
      return tokens?.accessToken ?? null;
    },
    /** Ends the session in all tabs. */
    end(): void {
      channel.publishEnd();
      set(null);
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: (): void => channel.close(),
  };
}

export type TokenHolder = ReturnType<typeof openTokenHolder>;
