import type { Locale } from "./locale.ts";

/** Who is at the other end of a request, as far as the network tells. */
export type Caller = {
  /** The client's address as the platform saw it, or null (service bindings, tests). */
  readonly ip: string | null;
  /** At most 256 characters of the User-Agent header. */
  readonly userAgent: string | null;
  /** The language that they are spoken to in. */
  readonly locale: Locale;
};
