import type { MiddlewareHandler } from "hono";
import { hasPermission, type Permission } from "../admin/authorization/permissions.ts";
import type { HttpEnv } from "./context.ts";
import { documented } from "./openapi-operation.ts";
import { refuse } from "./respond.ts";

/** Requires a role with the permission, after `requireSession`. The use case checks which users the role may manage. */
export const requirePermission = (permission: Permission): MiddlewareHandler<HttpEnv> =>
  documented<MiddlewareHandler<HttpEnv>>(
    async (c, next) => (hasPermission(c.var.actor, permission) ? next() : refuse(c, "forbidden")),
    { permission, failures: ["forbidden"] },
  );
