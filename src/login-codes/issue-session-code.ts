import type { Clock } from "../kernel/clock.ts";
import { type Destination, type LoginCodeDraft, newLoginCode } from "./login-code.ts";

export type IssueSessionCodeDeps = {
  readonly clock: Clock;
  readonly loginCodes: {
    issueForSession(sessionId: string, code: LoginCodeDraft): Promise<"issued" | "session_ended">;
  };
};

/** A code for whoever has signed in here, in full: it is good for as long as that session is. Null: it has ended. */
export async function issueSessionCode(
  deps: IssueSessionCodeDeps,
  { sessionId, ...destination }: Destination & { readonly sessionId: string },
): Promise<string | null> {
  const { code, draft } = await newLoginCode(destination, deps.clock.now());
  return (await deps.loginCodes.issueForSession(sessionId, draft)) === "issued" ? code : null;
}
