/**
 * One line a call, beside those of the requests. No field can hold a token, a code or an address; the
 * arguments are not in it.
 */
export type CallLogLine = {
  readonly at: string;
  readonly requestId: string;
  readonly rpc: string;
  /** The Worker that called, as its binding names it. */
  readonly worker: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly ms: number;
  readonly d1: number;
  readonly kv: number;
  readonly kvFailed?: number;
  /** Providers that were of no use, and why, as in the line of a request. */
  readonly providerErrors?: readonly string[];
  /** What went wrong, for a store that is out and for a bug: the error's own words, with addresses and tokens blotted out. */
  readonly error?: string;
};
