import * as z from "zod/mini";
import { isCleanText } from "../../core/text.ts";
import { pageQuery } from "../../http/pagination.ts";
import { CLIENT_AUTH_METHODS, GRANT_TYPES } from "./client.ts";
import type { ClientPosition } from "./client-overview.ts";
import { MAX_REFRESH_GRACE_SECONDS, MAX_SCOPES, MAX_SECRET_OVERLAP, MAX_URIS } from "./rules.ts";

const text = (maxLength: number) =>
  z
    .string("Must be text.")
    .check(
      z.maxLength(maxLength, `Must have at most ${maxLength} characters.`),
      z.refine(isCleanText, "Must be text."),
    );

const uri = z.nullable(text(2000));
const uris = z
  .array(text(2000), "Must be a list of URIs.")
  .check(z.maxLength(MAX_URIS, "Has too many entries."));
const scope = text(100).check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "Must be a scope (RFC 6749 §3.3)."));
const seconds = (max: number) =>
  z.nullable(
    z
      .number("Must be a number of seconds.")
      .check(
        z.int("Must be whole seconds."),
        z.minimum(0, "Must not be negative."),
        z.maximum(max, "Is too long."),
      ),
  );
const flag = z.boolean("Must be true or false.");

const YEAR_SECONDS = 365 * 24 * 3600;

/** The JSON of a client's metadata, in the API and in the configuration file. `rules.ts` has the rest of the rules. */
export const metadataFields = {
  name: text(100),
  logoUri: z.optional(uri),
  clientUri: z.optional(uri),
  type: z.optional(z.enum(["confidential", "public"], "Must be confidential or public.")),
  authMethod: z.optional(z.enum(CLIENT_AUTH_METHODS, `Must be one of ${CLIENT_AUTH_METHODS.join(", ")}.`)),
  jwks: z.optional(z.nullable(text(16_384))),
  jwksUri: z.optional(uri),
  redirectUris: z.optional(uris),
  postLogoutRedirectUris: z.optional(uris),
  grantTypes: z.optional(
    z
      .array(
        z.enum(GRANT_TYPES, `Must be one of ${GRANT_TYPES.join(", ")}.`),
        "Must be a list of grant types.",
      )
      .check(z.maxLength(GRANT_TYPES.length, "Has too many entries.")),
  ),
  resources: z.optional(uris),
  scopes: z.optional(
    z.array(scope, "Must be a list of scopes.").check(z.maxLength(MAX_SCOPES, "Has too many entries.")),
  ),
  isFirstParty: z.optional(flag),
  requiresPushedRequests: z.optional(flag),
  idTokenAlg: z.optional(z.enum(["RS256", "ES256"], "Must be RS256 or ES256.")),
  accessTokenTtl: z.optional(seconds(YEAR_SECONDS)),
  refreshIdleTtl: z.optional(seconds(YEAR_SECONDS)),
  refreshMaxTtl: z.optional(seconds(YEAR_SECONDS)),
  refreshGraceSeconds: z.optional(seconds(MAX_REFRESH_GRACE_SECONDS)),
  rotatesRefreshTokens: z.optional(flag),
  backchannelLogoutUri: z.optional(uri),
};

export const newClientBody = z.strictObject(metadataFields);
export const clientChangesBody = z
  .strictObject({ ...metadataFields, name: z.optional(text(100)) })
  .check(
    z.refine(
      (body) => Object.values(body).some((value) => value !== undefined),
      "Must contain at least one field.",
    ),
  );

/** How long the previous secret may stay valid. */
const MAX_OVERLAP_SECONDS = MAX_SECRET_OVERLAP / 1000;

export const rotationBody = z.strictObject({
  overlapSeconds: z
    .number("Must be a number of seconds.")
    .check(
      z.int("Must be whole seconds."),
      z.minimum(0, "Must not be negative."),
      z.maximum(MAX_OVERLAP_SECONDS, `Must be at most ${MAX_OVERLAP_SECONDS} seconds (30 days).`),
    ),
});

/** A random or chosen id, or the URL of a metadata document. */
const clientId = z.string().check(z.regex(/^[\x21-\x7e]{2,2000}$/));

export const clientParams = z.object({ id: clientId });
export const clientSecretParams = z.object({ id: clientId, secretId: z.uuid() });

/** A cursor: instant and id of the last client of a page, joined by a dot. */
const positionField = z.pipe(
  z
    .string("Must be text.")
    .check(z.regex(/^\d{1,15}\.[\x21-\x7e]{2,2000}$/, "Must be the nextCursor of an earlier page.")),
  z.transform((cursor): ClientPosition => {
    const dot = cursor.indexOf(".");
    return { at: Number(cursor.slice(0, dot)), id: cursor.slice(dot + 1) };
  }),
);

export const clientQuery = z.strictObject(pageQuery(positionField));
export const clientGrantQuery = z.strictObject(
  pageQuery(z.uuid("Must be the nextCursor of an earlier page.")),
);
