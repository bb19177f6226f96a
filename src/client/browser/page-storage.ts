import type { SignInAttempt } from "../oauth/sign-in-attempt.ts";
import type { BrowserEnvironment } from "./environment.ts";

/** The attempt of this tab, and the page to open afterwards. */
export type PageAttempt = SignInAttempt & {
  readonly to: string;
  readonly maxAge?: number;
  readonly isSilent: boolean;
};

/**
 * What a page stores: the attempt of this tab until it returns from Gatehouse, and for the browser a mark that a user
 * was signed in. No token is stored.
 */
export function pageStorage({ sessionStorage, localStorage }: BrowserEnvironment, name: string) {
  const attemptKey = `${name}:attempt`;
  const markKey = `${name}:signed-in`;
  return {
    begin: (attempt: PageAttempt): void => sessionStorage.setItem(attemptKey, JSON.stringify(attempt)),
    /** Returns the attempt once. Null for a `state` that this tab did not start (RFC 9700 §4.7). */
    take(state: string): PageAttempt | null {
      const attempt = JSON.parse(sessionStorage.getItem(attemptKey) ?? "null") as PageAttempt | null;
      if (attempt?.state !== state) return null;
      sessionStorage.removeItem(attemptKey);
      return attempt;
    },
    wasSignedIn: (): boolean => localStorage.getItem(markKey) !== null,
    mark: (): void => localStorage.setItem(markKey, "1"),
    unmark: (): void => localStorage.removeItem(markKey),
  };
}

export type PageStorage = ReturnType<typeof pageStorage>;
