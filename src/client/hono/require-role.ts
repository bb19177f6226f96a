import type { MiddlewareHandler } from "hono";
import { ROLES, type Role, type VerifiedSession } from "../session.ts";
import { refuse } from "./refuse.ts";
import type { SessionEnv } from "./session-env.ts";

/**
 * Behind `requireSession` or `browserSession`: lets through that role and those above it (`user` < `admin` <
 * `superuser`). Throws for what is no role.
 */
export const requireRole = (role: Role): MiddlewareHandler<SessionEnv> => {
  const least = ROLES.indexOf(role);
  // It would let in everybody.
  if (least < 0) throw new TypeError(`there is no role ${role}: it is one of ${ROLES.join(", ")}`);
  return async (c, next) => {
    const session: VerifiedSession | undefined = c.get("session");
    if (!session) return refuse(c, "unauthorized", "Bearer");
    if (ROLES.indexOf(session.role) >= least) return next();
    return refuse(c, "forbidden", 'Bearer error="insufficient_scope"');
  };
};
