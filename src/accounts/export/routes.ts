import { type Context, Hono, type MiddlewareHandler } from "hono";
import * as z from "zod/mini";
import { RECENT_AUTHENTICATION } from "../../authentication/reauthentication/fields.ts";
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/rules.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { documented } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { refuse } from "../../http/respond.ts";
import { timestamp } from "../../http/timestamp.ts";
import { type AccountExport, type ExportAccountDeps, exportAccount } from "./export-account.ts";

type Deps = ExportAccountDeps & RequireSessionDeps;

const about = documented<MiddlewareHandler>(async (_c, next) => next(), {
  operationId: "exportMe",
  summary: "Download everything that is stored about the caller",
  description: `A JSON file, streamed. It has no envelope. ${RECENT_AUTHENTICATION}`,
  tag: "Account",
  bare: z.looseObject({
    exportedAt: timestamp,
    account: z.looseObject({ id: z.uuid(), email: z.string() }),
    auditEvents: z.array(z.looseObject({ type: z.string(), at: timestamp })),
    actionsOnOthers: z.array(z.looseObject({ type: z.string(), at: timestamp })),
  }),
  failures: ["reauthentication_required"],
});

/** Everything that is stored about the caller, as a file. */
export function exportRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get("/me/export", about, requireSession(depsOf), async (c) => {
    const deps = depsOf(c);
    const { session } = c.var;
    if (!isRecentlyAuthenticated(session, deps.clock.now())) return refuse(c, "reauthentication_required");
    const result = await exportAccount(deps, { accountId: session.account.id });
    return result.ok ? respondWithExport(c, result.value) : refuse(c, "unauthorized");
  });
}

export function respondWithExport(c: Context, { fileName, body }: AccountExport): Response {
  c.header("Content-Type", "application/json; charset=utf-8");
  c.header("Content-Disposition", `attachment; filename="${fileName}"`);
  c.header("Cache-Control", "no-store");
  return c.body(body);
}
