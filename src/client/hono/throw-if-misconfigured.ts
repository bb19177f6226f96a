/** A misconfigured app cannot recover by retrying. The error tells its developer what to change. */
export function throwIfMisconfigured(reason: string): void {
  if (reason === "bad_request" || reason === "forbidden") {
    throw new Error(
      `Gatehouse rejected the call: ${reason}. Check the app's service binding (props) and its audience.`,
    );
  }
}
