/** How a channel handles one request. */
export type LoopbackAnswer =
  /** Responds, after `delay` milliseconds if set. */
  | {
      readonly kind: "respond";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly delay?: number;
    }
  /** Reads the request and never responds. */
  | { readonly kind: "hang" }
  /** Sends the status and the start of a body, and never ends it. */
  | { readonly kind: "hang_in_body"; readonly status: number }
  /** Reads the request and closes the connection without a response. */
  | { readonly kind: "close" };

/** A recorded request. Header names are in lower case. */
export type LoopbackRequest = {
  readonly method: string;
  /** Path and query after the channel's prefix. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * The prefix of a channel's control endpoint; `/<channel>/…` is its service endpoint.
 * `PUT /_control/<channel>` sets its answers, `GET /_control/<channel>` returns its requests.
 */
export const CONTROL_PREFIX = "/_control/";
