import { encodeHexUpperCase } from "@oslojs/encoding";
import {
  type OnProviderError,
  ProviderError,
  providerErrorKind,
  throwNetworkError,
} from "../core/provider-error.ts";

type Settings = {
  /** Where the range API is, or null when the check is off. */
  readonly apiBase: string | null;
  /** Milliseconds to wait for it. */
  readonly timeout: number;
  /** Hears why nothing is known. */
  readonly onProviderError: OnProviderError;
};

/** `unknown`: off, out of reach, or not understood. */
type Verdict = "breached" | "not_found" | "unknown";

/**
 * Asks a k-anonymity range API (the protocol of Have I Been Pwned: GET /range/<first five hex digits
 * of SHA-1>) whether a password has been in a breach. The password never leaves; padding hides the
 * size of the answer. Never throws, and never blocks: an outage answers `unknown` (ASVS 6.2.12).
 */
export function createBreachedPasswords(settings: Settings): { check(password: string): Promise<Verdict> } {
  return {
    async check(password) {
      if (settings.apiBase === null) return "unknown";
      const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(password.normalize("NFC")));
      const hex = encodeHexUpperCase(new Uint8Array(digest));
      const range = hex.slice(0, 5);
      const suffix = hex.slice(5);
      try {
        const response = await throwNetworkError(
          fetch(`${settings.apiBase}/range/${range}`, {
            headers: { "Add-Padding": "true" },
            signal: AbortSignal.timeout(settings.timeout),
          }),
        );
        if (!response.ok) throw new ProviderError("bad_status");
        return hasSuffix(await throwNetworkError(response.text()), suffix) ? "breached" : "not_found";
      } catch (cause) {
        settings.onProviderError(providerErrorKind(cause));
        return "unknown";
      }
    },
  };
}

/** Lines are `<suffix>:<count>`; padding lines have a count of 0. */
const hasSuffix = (answer: string, suffix: string): boolean =>
  answer.split(/\r?\n/).some((line) => {
    const [found, count] = line.split(":");
    return found === suffix && Number(count) > 0;
  });
