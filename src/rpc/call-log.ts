/**
 * One log line for each call. No field can hold a token, a code or an address; the line leaves out the
 * arguments.
 */
export type CallLogLine = {
  readonly at: string;
  readonly requestId: string;
  readonly rpc: string;
  /** The calling Worker: its binding's audience, or `unnamed`. */
  readonly worker: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly ms: number;
  readonly d1: number;
  readonly kv: number;
  readonly kvFailed?: number;
  /** Failed providers and the kind of failure, as in the request log. */
  readonly providerErrors?: readonly string[];
  /** The message of the first cause, for an outage or a bug. Addresses and tokens are redacted. */
  readonly error?: string;
};
