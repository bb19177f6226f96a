import type { MiddlewareHandler } from "hono";
import { hasPermission, type Permission } from "../admin/authorization/permissions.ts";
import type { HttpEnv } from "./context.ts";
import { documented } from "./operation.ts";
import { refuse } from "./respond.ts";

/** Behind `requireSession`: lets through whoever's role has the permission. Whom it reaches, the verb asks. */
export const requirePermission = (permission: Permission): MiddlewareHandler<HttpEnv> =>
  documented<MiddlewareHandler<HttpEnv>>(
    async (c, next) =>
      hasPermission(c.var.session.account.role, permission) ? next() : refuse(c, "forbidden"),
    { permission, failures: ["forbidden"] },
  );
