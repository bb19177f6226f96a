import type { BrowserEnvironment } from "./environment.ts";
import { type BrowserTokens, isBrowserTokens } from "./tokens.ts";

/** Milliseconds to wait for tokens of another tab. */
const ANSWER_MS = 100;

type Handlers = {
  /** The tokens of this tab, for a tab that asks. */
  readonly current: () => BrowserTokens | null;
  readonly received: (tokens: BrowserTokens) => void;
  /** Another tab signed out, or this refresh token is no longer valid. */
  readonly ended: (refreshToken: string | undefined) => void;
};

/**
 * Shares tokens between the tabs of an app. A channel reaches pages of the same origin only, and stores nothing: a
 * script that could read it could also call the app's own functions.
 */
export function openTabChannel(environment: BrowserEnvironment, name: string, handlers: Handlers) {
  const channel = new environment.BroadcastChannel(name);
  let waiting: (() => void)[] = [];
  channel.onmessage = ({ data }) => {
    const { type, tokens, refreshToken } = data as Record<string, unknown>;
    const current = handlers.current();
    if (type === "request" && current) channel.postMessage({ type: "tokens", tokens: current });
    if (type === "tokens" && isBrowserTokens(tokens)) {
      handlers.received(tokens);
      for (const resolve of waiting) resolve();
    }
    if (type === "ended") handlers.ended(typeof refreshToken === "string" ? refreshToken : undefined);
  };
  return {
    publish: (tokens: BrowserTokens): void => channel.postMessage({ type: "tokens", tokens }),
    publishEnd: (refreshToken?: string): void => channel.postMessage({ type: "ended", refreshToken }),
    /** Asks the other tabs for newer tokens, and waits for the first answer. */
    async request(): Promise<void> {
      const answered = new Promise<void>((resolve) => {
        waiting = [...waiting, resolve];
        setTimeout(resolve, ANSWER_MS);
      });
      channel.postMessage({ type: "request" });
      await answered;
      waiting = [];
    },
    close: (): void => channel.close(),
  };
}
