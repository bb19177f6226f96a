/**
 * Why a provider was of no use, for the log: of a closed list, which repeats nothing that anybody sent or said.
 * `error_named`: it named an error that no person is to blame for, such as keys of ours that it does not know.
 * `fault`: nothing of all this, and so maybe ours.
 */
export type ProviderErrorKind =
  | "timeout"
  | "unreachable"
  | "bad_status"
  | "bad_answer"
  | "error_named"
  | "fault";

export type OnProviderError = (trouble: ProviderErrorKind) => void;

/** What a gateway throws where it knows what is wrong. */
export class ProviderError extends Error {
  readonly trouble: ProviderErrorKind;

  constructor(trouble: ProviderErrorKind, cause?: unknown) {
    super(trouble, { cause });
    this.trouble = trouble;
  }
}

/** What went wrong, by what was thrown on the way to an answer and in reading it. */
export function providerErrorKind(cause: unknown): ProviderErrorKind {
  if (cause instanceof ProviderError) return cause.trouble;
  const name = cause instanceof Error ? cause.name : "";
  if (name === "TimeoutError" || name === "AbortError") return "timeout";
  return name === "SyntaxError" ? "bad_answer" : "fault";
}

/** A request, or the reading of its answer: what fails there has failed on the way, and is no fault of ours. */
export async function throwNetworkError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const trouble = providerErrorKind(cause);
    throw new ProviderError(trouble === "fault" ? "unreachable" : trouble, cause);
  }
}
