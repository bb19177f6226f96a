import * as z from "zod/mini";
import { PAGE_LIMIT } from "../../http/pagination.ts";
import { timestamp } from "../../http/timestamp.ts";
import { CLIENT_AUTH_METHODS, type Client, GRANT_TYPES } from "./client.ts";
import type { ClientGrant, ClientOverview, ClientPosition } from "./client-overview.ts";

const text = z.nullable(z.string());
const seconds = z.nullable(z.int());

export const clientSchema = z
  .object({
    id: z.string().check(z.meta({ description: "The `client_id`." })),
    name: z.string(),
    logoUri: text,
    clientUri: text,
    type: z.enum(["confidential", "public"]),
    authMethod: z.enum(CLIENT_AUTH_METHODS),
    jwks: text.check(z.meta({ description: "A JWK Set, as JSON text." })),
    jwksUri: text,
    redirectUris: z.array(z.string()),
    postLogoutRedirectUris: z.array(z.string()),
    grantTypes: z.array(z.enum(GRANT_TYPES)),
    resources: z.array(z.string()).check(z.meta({ description: "URIs of `RESOURCES`." })),
    scopes: z.array(z.string()),
    isFirstParty: z.boolean().check(z.meta({ description: "No consent page for redirects to https URLs." })),
    requiresPushedRequests: z.boolean(),
    idTokenAlg: z.enum(["RS256", "ES256"]),
    accessTokenTtl: seconds.check(z.meta({ description: "Seconds; null: the value of the configuration." })),
    refreshIdleTtl: seconds,
    refreshMaxTtl: seconds,
    refreshGraceSeconds: seconds,
    rotatesRefreshTokens: z.boolean(),
    backchannelLogoutUri: text,
    source: z.enum(["admin", "configuration", "registration", "metadata"]),
    createdAt: timestamp,
    updatedAt: timestamp,
    lastUsedAt: z.nullable(timestamp).check(z.meta({ description: "When it last got a token." })),
  })
  .check(z.meta({ id: "Client" }));

export const secretSchema = z
  .object({ id: z.uuid(), createdAt: timestamp, expiresAt: z.nullable(timestamp) })
  .check(z.meta({ id: "ClientSecret" }));

const shownOnce = z.string().check(z.meta({ description: "Shown only in this response." }));

export const clientOverviewSchema = z.object({
  client: clientSchema,
  secrets: z.array(secretSchema).check(z.maxLength(2)),
  grants: z.int().check(z.meta({ description: "The number of consents of users." })),
});

export const createdClientSchema = z.object({ client: clientSchema, secret: z.nullable(shownOnce) });

export const rotatedSecretSchema = z.object({ ...secretSchema.shape, secret: shownOnce });

const nextCursor = z
  .nullable(z.string())
  .check(z.meta({ description: "The cursor of the next page; null on the last page." }));

export const clientPageSchema = z.object({
  clients: z.array(clientSchema).check(z.maxLength(PAGE_LIMIT)),
  nextCursor,
});

export const clientGrantPageSchema = z.object({
  grants: z
    .array(
      z
        .object({
          id: z.uuid(),
          userId: z.uuid(),
          email: z.string(),
          resource: text.check(z.meta({ description: "Null: only the claims of OpenID Connect." })),
          scopes: z.array(z.string()),
          redirectHost: text.check(z.meta({ description: "Null: the device flow." })),
          createdAt: timestamp,
          updatedAt: timestamp.check(z.meta({ description: "The last consent." })),
        })
        .check(z.meta({ id: "ClientGrant" })),
    )
    .check(z.maxLength(PAGE_LIMIT)),
  nextCursor,
});

const instant = (at: number): string => new Date(at).toISOString();
const instantOrNull = (at: number | null): string | null => (at === null ? null : instant(at));

export function presentClient({ metadataExpiresAt: _, ...client }: Client): z.input<typeof clientSchema> {
  return {
    ...client,
    redirectUris: [...client.redirectUris],
    postLogoutRedirectUris: [...client.postLogoutRedirectUris],
    grantTypes: [...client.grantTypes],
    resources: [...client.resources],
    scopes: [...client.scopes],
    createdAt: instant(client.createdAt),
    updatedAt: instant(client.updatedAt),
    lastUsedAt: instantOrNull(client.lastUsedAt),
  };
}

export const presentSecret = ({ id, createdAt, expiresAt }: ClientOverview["secrets"][number]) => ({
  id,
  createdAt: instant(createdAt),
  expiresAt: instantOrNull(expiresAt),
});

export const presentGrant = ({ accountId, resource, scope, redirectHost, ...grant }: ClientGrant) => ({
  ...grant,
  userId: accountId,
  resource: resource === "" ? null : resource,
  scopes: scope.split(" ").filter((one) => one !== ""),
  redirectHost: redirectHost === "" ? null : redirectHost,
  createdAt: instant(grant.createdAt),
  updatedAt: instant(grant.updatedAt),
});

export const cursorOf = (next: ClientPosition | null): string | null =>
  next === null ? null : `${next.at}.${next.id}`;
