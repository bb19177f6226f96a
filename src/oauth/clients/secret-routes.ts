import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, respond } from "../../http/respond.ts";
import { jsonBody, pathParams, queryParams } from "../../http/validate-request.ts";
import { type DeleteClientSecretDeps, deleteClientSecret } from "./delete-client-secret.ts";
import { clientGrantQuery, clientParams, clientSecretParams, rotationBody } from "./fields.ts";
import { type ListClientGrantsDeps, listClientGrants } from "./list-client-grants.ts";
import { clientGrantPageSchema, presentGrant, presentSecret, rotatedSecretSchema } from "./present-client.ts";
import { type RotateClientSecretDeps, rotateClientSecret } from "./rotate-client-secret.ts";
import { actingIn, refuseClientFailure, requireRecentAuthentication } from "./routes.ts";

const rotated = answer(201, "The client has a new secret, which is shown only once.", rotatedSecretSchema);
const deleted = answer(200, "The secret is no longer valid.");
const grants = answer(200, undefined, clientGrantPageSchema);

type Deps = RotateClientSecretDeps & DeleteClientSecretDeps & ListClientGrantsDeps & RequireSessionDeps;

/** Routes for the secrets and the grants of an OAuth client. */
export function clientSecretRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Clients";
  const session = requireSession(depsOf);
  const permission = requirePermission("clients:manage");
  const recent = requireRecentAuthentication(depsOf);
  return new Hono<HttpEnv>()
    .post(
      "/clients/:id/secrets",
      describeRoute({
        operationId: "rotateClientSecret",
        summary: "Give an OAuth client a new secret",
        description:
          "The previous secret stays valid for `overlapSeconds`, at most 30 days. 0: it ends at once.",
        tag,
        answer: rotated,
        failures: ["not_found", "conflict", "reauthentication_required"],
      }),
      session,
      permission,
      recent,
      pathParams(clientParams),
      jsonBody(rotationBody),
      async (c) => {
        const { overlapSeconds } = c.req.valid("json");
        const input = { ...actingIn(c), clientId: c.req.valid("param").id, overlapSeconds };
        const result = await rotateClientSecret(depsOf(c), input);
        if (!result.ok) return refuseClientFailure(c, result.error);
        const { row, secret } = result.value;
        return respond(c, rotated, { ...presentSecret(row), secret });
      },
    )
    .delete(
      "/clients/:id/secrets/:secretId",
      describeRoute({
        operationId: "deleteClientSecret",
        summary: "Delete a secret of an OAuth client",
        tag,
        answer: deleted,
        failures: ["not_found", "reauthentication_required"],
      }),
      session,
      permission,
      recent,
      pathParams(clientSecretParams),
      async (c) => {
        const { id, secretId } = c.req.valid("param");
        const result = await deleteClientSecret(depsOf(c), { ...actingIn(c), clientId: id, secretId });
        return result.ok ? respond(c, deleted) : refuseClientFailure(c, result.error);
      },
    )
    .get(
      "/clients/:id/grants",
      describeRoute({
        operationId: "listClientGrants",
        summary: "List the consents that users gave an OAuth client",
        tag,
        answer: grants,
        failures: ["not_found"],
      }),
      session,
      permission,
      pathParams(clientParams),
      queryParams(clientGrantQuery),
      async (c) => {
        const { limit, cursor = null } = c.req.valid("query");
        const input = { clientId: c.req.valid("param").id, limit, after: cursor };
        const { grants: rows, next } = await listClientGrants(depsOf(c), input);
        return respond(c, grants, { grants: rows.map(presentGrant), nextCursor: next });
      },
    );
}
