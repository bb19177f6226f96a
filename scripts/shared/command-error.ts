/** An expected failure. Its message states the cause and the fix, and is printed without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
