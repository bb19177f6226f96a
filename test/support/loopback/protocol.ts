/** How a channel handles one request. */
export type LoopbackAnswer =
  /** Responds, after `delay` milliseconds if set, or when the test releases the response. */
  | {
      readonly kind: "respond";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly delay?: number;
      readonly isHeld?: true;
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
 * `PUT /_control/<channel>` sets its answers, `GET /_control/<channel>` returns its requests, and
 * `POST /_control/<channel>` releases the response that it has held for the longest time.
 */
export const CONTROL_PREFIX = "/_control/";
