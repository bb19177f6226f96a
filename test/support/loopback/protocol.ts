/** What a channel does with one request. */
export type LoopbackAnswer =
  /** Answers, after `delay` milliseconds when that is given. */
  | {
      readonly kind: "respond";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly delay?: number;
    }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** Sends the status and the start of a body, and never its end. */
  | { readonly kind: "hang_in_body"; readonly status: number }
  /** Takes the request and closes the connection without an answer. */
  | { readonly kind: "close" };

/** A request as it arrived. Header names are in lower case. */
export type LoopbackRequest = {
  readonly method: string;
  /** Path and query after the channel's own prefix. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Where a channel is told and asked, next to where it is called (`/<channel>/…`):
 * `PUT /_control/<channel>` sets its answers, `GET /_control/<channel>` gives its requests.
 */
export const CONTROL_PREFIX = "/_control/";
