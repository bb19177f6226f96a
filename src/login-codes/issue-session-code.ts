import { type Clock, MINUTE, SECOND } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type Destination, type LoginCodeDraft, newLoginCode } from "./login-code.ts";

/** Codes of one account that may wait at once: a browser that opens a dozen tabs, and no flood of rows. */
const MOST_WAITING = 20;

export type IssueSessionCodeDeps = {
  readonly clock: Clock;
  readonly loginCodes: {
    issueForSession(
      sessionId: string,
      code: LoginCodeDraft,
      most: number,
    ): Promise<"issued" | "too_many" | "session_ended">;
  };
};

/** `retryAfter` in seconds. */
type Failure =
  | { readonly reason: "session_ended" }
  | { readonly reason: "too_many"; readonly retryAfter: number };

/** A code for whoever has signed in here, in full: it is good for as long as that session is. */
export async function issueSessionCode(
  deps: IssueSessionCodeDeps,
  { sessionId, ...destination }: Destination & { readonly sessionId: string },
): Promise<Result<string, Failure>> {
  const { code, draft } = await newLoginCode(destination, deps.clock.now());
  const outcome = await deps.loginCodes.issueForSession(sessionId, draft, MOST_WAITING);
  if (outcome === "issued") return ok(code);
  return err(
    outcome === "too_many"
      ? { reason: "too_many", retryAfter: MINUTE / SECOND }
      : { reason: "session_ended" },
  );
}
