/** A misconfigured app cannot recover by retrying. The error message names the setting to change. */
export function throwIfMisconfigured(reason: string): void {
  if (reason === "bad_request" || reason === "forbidden") {
    throw new Error(
      `Gatehouse rejected the call: ${reason}. Check the app's service binding (props) and its audience.`,
    );
  }
}
