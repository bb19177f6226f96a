import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { PAGE_LIMIT } from "../../http/pagination.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, respond } from "../../http/respond.ts";
import { timestamp } from "../../http/timestamp.ts";
import { queryParams } from "../../http/validate-request.ts";
import { EVENT_TYPES, type StoredEvent } from "./audit-event.ts";
import { auditQuery } from "./fields.ts";
import { type ListAuditEventsDeps, listAuditEvents } from "./list-audit-events.ts";

const eventSchema = z
  .object({
    id: z.uuid(),
    type: z.enum(EVENT_TYPES),
    at: timestamp,
    userId: z.uuid().check(z.meta({ description: "The user that the event is about." })),
    actorId: z
      .nullable(z.uuid())
      .check(z.meta({ description: "The user who acted; null if no user was signed in." })),
    ip: z.nullable(z.string()),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .check(z.meta({ id: "AuditEvent" }));

const page = answer(
  200,
  undefined,
  z.object({
    events: z.array(eventSchema).check(z.maxLength(PAGE_LIMIT)),
    nextCursor: z
      .nullable(z.string())
      .check(z.meta({ description: "The cursor of the next page; null on the last page." })),
  }),
);

/** The audit log, for admins. */
export function auditLogRoutes(depsOf: DepsOf<ListAuditEventsDeps & RequireSessionDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(
    "/audit",
    describeRoute({
      operationId: "listEvents",
      summary: "List the audit events of the users that the caller may see, newest first",
      description: "Superusers also see the events of deleted users.",
      tag: "Users",
      answer: page,
    }),
    requireSession(depsOf),
    requirePermission("audit:read"),
    queryParams(auditQuery),
    async (c) => {
      const { userId: accountId, cursor: after = null, ...filter } = c.req.valid("query");
      const input = { ...filter, accountId, after, actor: c.var.actor };
      const { events, next } = await listAuditEvents(depsOf(c), input);
      return respond(c, page, {
        events: events.map(present),
        nextCursor: next && `${next.at}.${next.id}`,
      });
    },
  );
}

const present = ({ id, type, at, accountId, actorId, ip, details }: StoredEvent) => ({
  id,
  type,
  at: new Date(at).toISOString(),
  userId: accountId,
  actorId,
  ip,
  details: { ...details },
});
