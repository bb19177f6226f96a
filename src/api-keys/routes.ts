import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { RECENT_AUTHENTICATION } from "../authentication/reauthentication/fields.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { describeRoute } from "../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../http/require-session.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { timestamp } from "../http/timestamp.ts";
import { jsonBody } from "../http/validate-request.ts";
import { type ApiKey, MAX_LIVE_KEYS } from "./api-key.ts";
import { type CreateApiKeyDeps, type CreateApiKeyFailure, createApiKey } from "./create-api-key.ts";
import { apiKeyErrors } from "./errors.ts";
import { keyIdParam, keyNameField, lifetimeField, resourceField, scopesField } from "./fields.ts";
import { type ListApiKeysDeps, listApiKeys } from "./list-api-keys.ts";
import { type RevokeApiKeyDeps, revokeApiKey } from "./revoke-api-key.ts";

const keyFields = {
  id: z.string().check(z.meta({ description: "The public part of the key.", examples: ["4fGh1KmP9sTw"] })),
  name: z.string(),
  resource: z.string().check(z.meta({ description: "The URI of its resource." })),
  scopes: z.array(z.string()),
  createdAt: timestamp,
  expiresAt: z.nullable(timestamp),
  lastUsedAt: z.nullable(timestamp).check(z.meta({ description: "Exact to the hour." })),
};
const keySchema = z.object(keyFields).check(z.meta({ id: "ApiKey" }));
const newKeySchema = z
  .object({
    ...keyFields,
    key: z.string().check(z.meta({ description: "The key itself. No other answer has it." })),
  })
  .check(z.meta({ id: "NewApiKey" }));

const keyList = answer(200, undefined, z.array(keySchema));
const keyCreated = answer(201, "Copy the key now. You cannot see it again.", newKeySchema);
const keyRevoked = answer(200, "The key is revoked.");

type Deps = ListApiKeysDeps & CreateApiKeyDeps & RevokeApiKeyDeps & RequireSessionDeps;

/** The caller's own API keys. */
export function apiKeyRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/me/keys",
      describeRoute({
        operationId: "listApiKeys",
        summary: "The caller's API keys",
        description: "Without the secrets. An expired key is listed for 30 days.",
        tag,
        answer: keyList,
      }),
      session,
      async (c) => {
        const keys = await listApiKeys(depsOf(c), { accountId: c.var.session.account.id });
        return respond(c, keyList, keys.map(present));
      },
    )
    .post(
      "/me/keys",
      describeRoute({
        operationId: "createApiKey",
        summary: "Create an API key",
        description:
          `For one resource and some of its scopes. At most ${MAX_LIVE_KEYS} keys that have not expired. The user is ` +
          `mailed. ${RECENT_AUTHENTICATION}`,
        tag,
        answer: keyCreated,
        failures: [apiKeyErrors.too_many_keys, apiKeyErrors.reauthentication_required],
      }),
      session,
      jsonBody(
        z.strictObject({
          name: keyNameField,
          resource: resourceField,
          scopes: z._default(scopesField, []),
          expiresInDays: lifetimeField,
        }),
      ),
      async (c) => {
        const { expiresInDays: lifetimeDays, ...input } = c.req.valid("json");
        const { session: current, caller } = c.var;
        const result = await createApiKey(depsOf(c), { ...input, lifetimeDays, session: current, caller });
        if (!result.ok) return refuseCreation(c, result.error);
        const { key, ...created } = result.value;
        return respond(c, keyCreated, { ...present(created), key });
      },
    )
    .delete(
      "/me/keys/:id",
      describeRoute({
        operationId: "revokeApiKey",
        summary: "Revoke one of the caller's API keys",
        description: "It is invalid from then on.",
        tag,
        answer: keyRevoked,
        failures: [apiKeyErrors.not_found],
      }),
      session,
      keyIdParam,
      async (c) => {
        const { id } = c.req.valid("param");
        const accountId = c.var.session.account.id;
        const result = await revokeApiKey(depsOf(c), { id, accountId, caller: c.var.caller });
        return result.ok ? respond(c, keyRevoked) : refuse(c, apiKeyErrors[result.error.reason]);
      },
    );
}

const FIELD_PROBLEMS: { readonly [Reason in CreateApiKeyFailure["reason"]]?: readonly [string, string] } = {
  unknown_resource: ["resource", "Must be the URI or the alias of a resource."],
  unknown_scope: ["scopes", "Must be scopes of the resource."],
  no_scope: ["scopes", "Must have at least one scope."],
  name_taken: ["name", "You already have a key with this name."],
};

function refuseCreation(c: Context, { reason }: CreateApiKeyFailure): Response {
  const [path, message] = FIELD_PROBLEMS[reason] ?? [];
  const fields = path !== undefined && message !== undefined ? [{ path, message }] : undefined;
  return refuse(c, apiKeyErrors[reason], { fields });
}

const iso = (instant: number): string => new Date(instant).toISOString();
const isoOrNull = (instant: number | null): string | null => (instant === null ? null : iso(instant));

const present = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  resource: key.resource,
  scopes: [...key.scopes],
  createdAt: iso(key.createdAt),
  expiresAt: isoOrNull(key.expiresAt),
  lastUsedAt: isoOrNull(key.lastUsedAt),
});
