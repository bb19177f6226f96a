import type { MiddlewareHandler } from "hono";
import type { Role, VerifiedSession } from "../session.ts";
import { refuse } from "./refuse.ts";
import type { SessionEnv } from "./session-env.ts";

/** Behind `requireSession`: lets through that role and those above it (`user` < `admin` < `superuser`). */
export const requireRole = (role: Role): MiddlewareHandler<SessionEnv> => {
  return async (c, next) => {
    const session: VerifiedSession | undefined = c.get("session");
    if (!session) return refuse(c, "unauthorized", "Bearer");
    if (ROLES.indexOf(session.role) >= ROLES.indexOf(role)) return next();
    return refuse(c, "forbidden", 'Bearer error="insufficient_scope"');
  };
};

const ROLES: readonly Role[] = ["user", "admin", "superuser"];
