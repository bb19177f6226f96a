import type { Context } from "hono";
import type { UserActor } from "../admin/authorization/actor.ts";
import type { Caller } from "../core/caller.ts";
import type { CurrentSession } from "../sessions/session.ts";
import type { Failure } from "./failure.ts";

/**
 * The Hono variables of a request. `session` and `actor` are set by `requireSession`. `rateLimitedFor` is set if the form
 * of a page exceeded its rate limit: the seconds to wait; `isRateCounted` once a policy has counted the request. The
 * request log reads `actorId`, the account of the authenticated session, and `failure`, the reason of an error response.
 */
export type HttpEnv = {
  Variables: {
    requestId: string;
    caller: Caller;
    session: CurrentSession;
    actor: UserActor;
    rateLimitedFor?: number;
    isRateCounted?: boolean;
    actorId?: string;
    failure?: Failure;
  };
};

/** Gives the routes of a feature the dependencies of its use cases. The app provides it. */
export type DepsOf<Deps> = (c: Context) => Deps;
