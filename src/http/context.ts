import type { Context } from "hono";
import type { Caller } from "../core/caller.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { CurrentSession } from "../sessions/session.ts";

/**
 * What the edge knows of a request. `session` is set behind a guard that asks for one alone;
 * `limitedFor` where a page's form came too often: for so many seconds. For the log: `actorId`, the
 * account of whoever has proven a session; `failure`, the code that was answered.
 */
export type HttpEnv = {
  Variables: {
    requestId: string;
    caller: Caller;
    session: CurrentSession;
    limitedFor?: number;
    actorId?: string;
    failure?: ErrorCode;
  };
};

/** How a room's routes get what its verbs need; the app gives it, and TypeScript checks that it fits. */
export type DepsOf<Deps> = (c: Context) => Deps;
