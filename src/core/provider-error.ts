/**
 * Why a provider call failed, for the log. A closed list: it repeats no data of the request or response.
 * `error_named`: the provider reported an error that the user did not cause, such as unknown client keys.
 * `fault`: none of these, so possibly a bug of this service.
 */
export type ProviderErrorKind =
  | "timeout"
  | "unreachable"
  | "bad_status"
  | "bad_answer"
  | "error_named"
  | "fault";

export type OnProviderError = (kind: ProviderErrorKind) => void;

/** Thrown by a gateway that knows the kind of the failure. */
export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;

  constructor(kind: ProviderErrorKind, cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
  }
}

/** The kind of an error that was thrown by a request to a provider or by reading its response. */
export function providerErrorKind(cause: unknown): ProviderErrorKind {
  if (cause instanceof ProviderError) return cause.kind;
  const name = cause instanceof Error ? cause.name : "";
  if (name === "TimeoutError" || name === "AbortError") return "timeout";
  return name === "SyntaxError" ? "bad_answer" : "fault";
}

/** Awaits a request or the reading of its response. Its failures are network failures, not bugs of this service. */
export async function mapNetworkErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const kind = providerErrorKind(cause);
    throw new ProviderError(kind === "fault" ? "unreachable" : kind, cause);
  }
}
