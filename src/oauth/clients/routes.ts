import { type Context, Hono, type MiddlewareHandler } from "hono";
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/rules.ts";
import type { Clock } from "../../core/clock.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody, pathParams, queryParams } from "../../http/validate-request.ts";
import { fieldProblemsOfClient } from "./client-problems.ts";
import { type CreateClientDeps, createClient } from "./create-client.ts";
import { type DeleteClientDeps, deleteClient } from "./delete-client.ts";
import { type ClientFailure, clientErrorMessages, clientErrors } from "./errors.ts";
import { clientChangesBody, clientParams, clientQuery, newClientBody } from "./fields.ts";
import { type ListClientsDeps, listClients } from "./list-clients.ts";
import {
  clientOverviewSchema,
  clientPageSchema,
  clientSchema,
  createdClientSchema,
  cursorOf,
  presentClient,
  presentSecret,
} from "./present-client.ts";
import { type ReadClientDeps, readClient } from "./read-client.ts";
import { type UpdateClientDeps, updateClient } from "./update-client.ts";

const page = answer(200, undefined, clientPageSchema);
const overview = answer(200, undefined, clientOverviewSchema);
const created = answer(201, "The client is registered. Its secret is shown only once.", createdClientSchema);
const updated = answer(200, undefined, clientSchema);
const deleted = answer(200, "The client is deleted, and its sessions have ended.");

type Deps = CreateClientDeps &
  DeleteClientDeps &
  ListClientsDeps &
  ReadClientDeps &
  UpdateClientDeps &
  RequireSessionDeps;

/** Routes to register, list, read, change and delete OAuth clients. `secret-routes.ts` has those of their secrets. */
export function clientRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Clients";
  const session = requireSession(depsOf);
  const permission = requirePermission("clients:manage");
  const recent = requireRecentAuthentication(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/clients",
      describeRoute({
        operationId: "listClients",
        summary: "List the OAuth clients, newest first",
        tag,
        answer: page,
      }),
      session,
      permission,
      queryParams(clientQuery),
      async (c) => {
        const { limit, cursor = null } = c.req.valid("query");
        const { clients, next } = await listClients(depsOf(c), { limit, after: cursor });
        return respond(c, page, { clients: clients.map(presentClient), nextCursor: cursorOf(next) });
      },
    )
    .post(
      "/clients",
      describeRoute({
        operationId: "createClient",
        summary: "Register an OAuth client",
        description:
          "A client with a secret gets its first one. Only `name` is required; a client without redirect URIs uses " +
          "`client_credentials`.",
        tag,
        answer: created,
        failures: ["conflict", "reauthentication_required"],
      }),
      session,
      permission,
      recent,
      jsonBody(newClientBody),
      async (c) => {
        const input = { ...actingIn(c), metadata: c.req.valid("json"), source: "admin" } as const;
        const result = await createClient(depsOf(c), input);
        if (!result.ok) return refuseClientFailure(c, result.error);
        const { client, secret } = result.value;
        return respond(c, created, { client: presentClient(client), secret });
      },
    )
    .get(
      "/clients/:id",
      describeRoute({
        operationId: "getClient",
        summary: "Get an OAuth client",
        tag,
        answer: overview,
        failures: ["not_found"],
      }),
      session,
      permission,
      pathParams(clientParams),
      async (c) => {
        const result = await readClient(depsOf(c), c.req.valid("param").id);
        if (!result.ok) return refuseClientFailure(c, result.error);
        const { client, secrets, grants } = result.value;
        return respond(c, overview, {
          client: presentClient(client),
          secrets: secrets.map(presentSecret),
          grants,
        });
      },
    )
    .patch(
      "/clients/:id",
      describeRoute({
        operationId: "updateClient",
        summary: "Change an OAuth client; null clears an optional field",
        tag,
        answer: updated,
        failures: ["not_found", "conflict", "reauthentication_required"],
      }),
      session,
      permission,
      recent,
      pathParams(clientParams),
      jsonBody(clientChangesBody),
      async (c) => {
        const input = { ...actingIn(c), clientId: c.req.valid("param").id, changes: c.req.valid("json") };
        const result = await updateClient(depsOf(c), input);
        return result.ok
          ? respond(c, updated, presentClient(result.value))
          : refuseClientFailure(c, result.error);
      },
    )
    .delete(
      "/clients/:id",
      describeRoute({
        operationId: "deleteClient",
        summary: "Delete an OAuth client; its sessions and grants end",
        tag,
        answer: deleted,
        failures: ["not_found", "reauthentication_required"],
      }),
      session,
      permission,
      recent,
      pathParams(clientParams),
      async (c) => {
        const result = await deleteClient(depsOf(c), { ...actingIn(c), clientId: c.req.valid("param").id });
        return result.ok ? respond(c, deleted) : refuseClientFailure(c, result.error);
      },
    );
}

/** Changes of clients need a recent authentication: a client's secret or redirect URI gives access to every account. */
export const requireRecentAuthentication =
  (depsOf: DepsOf<{ readonly clock: Clock }>): MiddlewareHandler<HttpEnv> =>
  async (c, next) =>
    isRecentlyAuthenticated(c.var.session, depsOf(c).clock.now())
      ? next()
      : refuse(c, "reauthentication_required");

export const actingIn = (c: Context<HttpEnv>) => ({ actor: c.var.actor, caller: c.var.caller });

/** The error response for a failed change of a client. */
export const refuseClientFailure = (c: Context, failure: ClientFailure): Response =>
  refuse(c, clientErrors[failure.reason], {
    message: clientErrorMessages[failure.reason],
    fields: failure.reason === "client_invalid" ? fieldProblemsOfClient(failure.problems) : undefined,
  });
