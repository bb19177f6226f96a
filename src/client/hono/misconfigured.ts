/** Not the visitor's doing, and nothing that asking again would mend: whoever set up the app has to see it. */
export function throwIfMisconfigured(reason: string): void {
  if (reason === "bad_request" || reason === "forbidden") {
    throw new Error(
      `Gatehouse does not take this app's question: ${reason}. Look at its binding and audience.`,
    );
  }
}
