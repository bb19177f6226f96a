import { encodeHexUpperCase } from "@oslojs/encoding";
import {
  mapNetworkErrors,
  type OnProviderError,
  ProviderError,
  providerErrorKind,
} from "../core/provider-error.ts";

type Settings = {
  /** Base URL of the range API; null turns the check off. */
  readonly apiBase: string | null;
  /** Milliseconds to wait for the response. */
  readonly timeout: number;
  /** Called with the cause of each `unknown` result that an error causes. */
  readonly onProviderError: OnProviderError;
};

export type BreachedPasswords = {
  /** `unknown`: the check is off, or the API did not give a usable response. It never blocks a user. */
  check(password: string): Promise<"breached" | "not_found" | "unknown">;
};

/**
 * Checks passwords with a k-anonymity range API (Have I Been Pwned: GET /range/<first five hex digits
 * of SHA-1>). The password is not sent; padding hides the size of the response. `check` never throws:
 * an outage returns `unknown` (ASVS 6.2.12).
 */
export function createBreachedPasswords(settings: Settings): BreachedPasswords {
  return {
    async check(password) {
      if (settings.apiBase === null) return "unknown";
      const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(password.normalize("NFC")));
      const hex = encodeHexUpperCase(new Uint8Array(digest));
      const range = hex.slice(0, 5);
      const suffix = hex.slice(5);
      try {
        const response = await mapNetworkErrors(
          fetch(`${settings.apiBase}/range/${range}`, {
            headers: { "Add-Padding": "true" },
            // The prefix goes to the configured host only (ASVS 15.3.2). A redirect counts as an outage.
            redirect: "manual",
            signal: AbortSignal.timeout(settings.timeout),
          }),
        );
        if (!response.ok) throw new ProviderError("bad_status");
        return includesSuffix(await mapNetworkErrors(response.text()), suffix) ? "breached" : "not_found";
      } catch (cause) {
        settings.onProviderError(providerErrorKind(cause));
        return "unknown";
      }
    },
  };
}

/** Lines are `<suffix>:<count>`; padding lines have a count of 0. */
const includesSuffix = (body: string, wanted: string): boolean =>
  body.split(/\r?\n/).some((line) => {
    const [suffix, count] = line.split(":");
    return suffix === wanted && Number(count) > 0;
  });
