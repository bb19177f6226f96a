import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { timestamp } from "../../http/timestamp.ts";
import { idParam } from "../../http/validate-request.ts";
import type { ConnectedApp } from "./grant.ts";
import { type ListAppsDeps, listApps } from "./list-apps.ts";
import { type RevokeAppDeps, revokeApp } from "./revoke-app.ts";

const appSchema = z
  .object({
    id: z.uuid().check(z.meta({ description: "The id of the consent." })),
    clientId: z.string(),
    name: z.string(),
    redirectHost: z
      .string()
      .check(
        z.meta({ description: "The host that the app receives its codes at; empty for the device flow." }),
      ),
    resource: z
      .nullable(z.string())
      .check(z.meta({ description: "The URI of the resource, if there is one." })),
    scopes: z.array(z.string()),
    createdAt: timestamp,
    lastUsedAt: z
      .nullable(timestamp)
      .check(z.meta({ description: "The last use of its live sessions; null if it has none." })),
  })
  .check(z.meta({ id: "ConnectedApp" }));

const appList = answer(200, undefined, z.array(appSchema));
const appRevoked = answer(200, "The app no longer has access.");

type Deps = ListAppsDeps & RevokeAppDeps & RequireSessionDeps;

/** The OAuth clients that can use the caller's account. */
export function connectedAppRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/me/apps",
      describeRoute({
        operationId: "listConnectedApps",
        summary: "The apps that can use the caller's account",
        description: "One entry for each app, resource and host that the caller has allowed.",
        tag,
        answer: appList,
      }),
      session,
      async (c) => {
        const apps = await listApps(depsOf(c), { accountId: c.var.session.account.id });
        return respond(c, appList, apps.map(presentApp));
      },
    )
    .delete(
      "/me/apps/:id",
      describeRoute({
        operationId: "revokeConnectedApp",
        summary: "End the access of an app to the caller's account",
        description: "Its sessions end on all devices. It must ask for consent again.",
        tag,
        answer: appRevoked,
        failures: ["not_found"],
      }),
      session,
      idParam,
      async (c) => {
        const { id: grantId } = c.req.valid("param");
        const accountId = c.var.session.account.id;
        const result = await revokeApp(depsOf(c), { grantId, accountId, caller: c.var.caller });
        return result.ok ? respond(c, appRevoked) : refuse(c, result.error.reason);
      },
    );
}

const presentApp = (app: ConnectedApp) => ({
  id: app.id,
  clientId: app.clientId,
  name: app.name,
  redirectHost: app.redirectHost,
  resource: app.resource === "" ? null : app.resource,
  scopes: [...app.scopes],
  createdAt: new Date(app.createdAt).toISOString(),
  lastUsedAt: app.lastUsedAt === null ? null : new Date(app.lastUsedAt).toISOString(),
});
