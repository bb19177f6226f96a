import type { Locale } from "./locale.ts";

/** The client of a request, as the network identifies it. */
export type Caller = {
  /** The client's IP address from the platform. Null for service bindings and tests. */
  readonly ip: string | null;
  /** At most 256 characters of the User-Agent header. */
  readonly userAgent: string | null;
  /** The language of pages and messages for this client. */
  readonly locale: Locale;
};
