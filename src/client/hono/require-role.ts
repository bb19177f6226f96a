import type { MiddlewareHandler } from "hono";
import { ROLES, type Role, type VerifiedSession } from "../session.ts";
import { refuse } from "./error-response.ts";
import type { SessionEnv } from "./session-env.ts";

/**
 * Requires a role or a higher one (`user` < `admin` < `superuser`). Use it after `requireSession` or
 * `browserSession`. Throws a TypeError for an unknown role.
 */
export const requireRole = (role: Role): MiddlewareHandler<SessionEnv> => {
  const least = ROLES.indexOf(role);
  // An unknown role would admit every user.
  if (least < 0) throw new TypeError(`Unknown role ${role}. Use one of ${ROLES.join(", ")}.`);
  return async (c, next) => {
    const session: VerifiedSession | undefined = c.get("session");
    if (!session) return refuse(c, "unauthorized", "Bearer");
    if (ROLES.indexOf(session.role) >= least) return next();
    return refuse(c, "forbidden", 'Bearer error="insufficient_scope"');
  };
};
