import { DAY, SECOND } from "../../core/clock.ts";
import { hasBidiControl, hasControlCharacter, isCleanText } from "../../core/text.ts";
import { OPENID_SCOPES, type Resource } from "../../sessions/resource.ts";
import { isHttpsUrl, redirectUriKind } from "../redirect-uri.ts";
import { type ClientMetadata, usesSecret } from "./client-metadata.ts";
import { areKeys } from "./key-set.ts";

/** The configuration that bounds a client's metadata. Lifetimes in seconds. */
export type ClientLimits = {
  readonly publicUrl: string;
  readonly resources: readonly Resource[];
  readonly accessTokenTtl: number;
  readonly refreshIdleTtl: number;
  readonly refreshMaxTtl: number;
};

/** Why a field cannot be registered. `client-problems.ts` has a sentence for each. */
export type ClientProblemReason =
  | "name_invalid"
  | "https_url_required"
  | "redirect_uri_invalid"
  | "redirect_uri_of_service"
  | "private_scheme_of_confidential"
  | "redirect_uris_missing"
  | "redirect_uris_unused"
  | "auth_method_mismatch"
  | "keys_required"
  | "keys_unused"
  | "keys_invalid"
  | "grant_types_missing"
  | "grant_needs_confidential"
  | "grant_needs_resource"
  | "refresh_needs_grant"
  | "offline_needs_refresh"
  | "unknown_resource"
  | "unknown_scope"
  | "lifetime_out_of_range"
  | "grace_out_of_range"
  | "rotation_required"
  | "list_too_long"
  | "logout_uri_invalid";

export type ClientProblem = { readonly field: keyof ClientMetadata; readonly reason: ClientProblemReason };

export const MAX_REFRESH_GRACE_SECONDS = 3600;

/** How long an old secret may stay valid after a rotation. */
export const MAX_SECRET_OVERLAP = 30 * DAY;

export const MAX_URIS = 20;
export const MAX_SCOPES = 100;
const MAX_NAME_LENGTH = 100;
const MIN_LIFETIME_SECONDS = 30;

/** Every reason why this client cannot be registered, in the order of its fields. */
export const clientProblems = (client: ClientMetadata, limits: ClientLimits): readonly ClientProblem[] => [
  ...identityProblems(client),
  ...authenticationProblems(client),
  ...uriProblems(client, limits),
  ...grantProblems(client),
  ...accessProblems(client, limits.resources),
  ...lifetimeProblems(client, limits),
];

type Check = readonly [holds: boolean, field: keyof ClientMetadata, reason: ClientProblemReason];

const violated = (checks: readonly Check[]): readonly ClientProblem[] =>
  checks.filter(([holds]) => !holds).map(([, field, reason]) => ({ field, reason }));

const isNullOr = <T>(value: T | null, holds: (value: T) => boolean): boolean =>
  value === null || holds(value);

function identityProblems({ name, logoUri, clientUri }: ClientMetadata): readonly ClientProblem[] {
  const isName = name.trim() !== "" && name.length <= MAX_NAME_LENGTH && isCleanText(name);
  return violated([
    [isName && !hasControlCharacter(name) && !hasBidiControl(name), "name", "name_invalid"],
    [isNullOr(logoUri, isHttpsUrl), "logoUri", "https_url_required"],
    [isNullOr(clientUri, isHttpsUrl), "clientUri", "https_url_required"],
  ]);
}

/** RFC 7591 §2: a public client has no credentials, and `jwks` and `jwks_uri` exclude each other. */
function authenticationProblems({ type, authMethod, jwks, jwksUri }: ClientMetadata) {
  const usesKeys = authMethod === "private_key_jwt";
  const hasOneKeySource = (jwks === null) !== (jwksUri === null);
  const hasKeys = jwks !== null || jwksUri !== null;
  return violated([
    [(type === "public") === (authMethod === "none"), "authMethod", "auth_method_mismatch"],
    [!usesKeys || hasOneKeySource, "jwks", "keys_required"],
    [usesKeys || !hasKeys, "jwks", "keys_unused"],
    [isNullOr(jwks, areKeys), "jwks", "keys_invalid"],
    [isNullOr(jwksUri, isHttpsUrl), "jwksUri", "https_url_required"],
  ]);
}

function uriProblems(client: ClientMetadata, { publicUrl }: ClientLimits): readonly ClientProblem[] {
  const { redirectUris, postLogoutRedirectUris, backchannelLogoutUri, type } = client;
  const usesCodes = client.grantTypes.includes("authorization_code");
  const isService = (text: string) => URL.parse(text)?.origin === publicUrl;
  const isDevelopment = publicUrl.startsWith("http:");
  const receivesLogout = (text: string) =>
    isHttpsUrl(text) || (isDevelopment && redirectUriKind(text) === "loopback");
  return violated([
    ...(
      [
        ["redirectUris", redirectUris],
        ["postLogoutRedirectUris", postLogoutRedirectUris],
      ] as const
    ).flatMap(([field, uris]): readonly Check[] => [
      [uris.length <= MAX_URIS, field, "list_too_long"],
      [uris.every((uri) => redirectUriKind(uri) !== null), field, "redirect_uri_invalid"],
      [!uris.some(isService), field, "redirect_uri_of_service"],
      // RFC 8252 §8.4: native apps are public clients.
      [
        type === "public" || !uris.some((uri) => redirectUriKind(uri) === "private"),
        field,
        "private_scheme_of_confidential",
      ],
    ]),
    [!usesCodes || redirectUris.length > 0, "redirectUris", "redirect_uris_missing"],
    [usesCodes || redirectUris.length === 0, "redirectUris", "redirect_uris_unused"],
    [isNullOr(backchannelLogoutUri, receivesLogout), "backchannelLogoutUri", "logout_uri_invalid"],
  ]);
}

function grantProblems({ grantTypes, type, resources, scopes, rotatesRefreshTokens }: ClientMetadata) {
  const has = (grant: (typeof grantTypes)[number]) => grantTypes.includes(grant);
  const startsFamilies = has("authorization_code") || has("urn:ietf:params:oauth:grant-type:device_code");
  return violated([
    [grantTypes.length > 0, "grantTypes", "grant_types_missing"],
    // RFC 6749 §4.4: only confidential clients. The token needs an audience.
    [!has("client_credentials") || type === "confidential", "grantTypes", "grant_needs_confidential"],
    [!has("client_credentials") || resources.length > 0, "resources", "grant_needs_resource"],
    [!has("refresh_token") || startsFamilies, "grantTypes", "refresh_needs_grant"],
    [!scopes.includes("offline_access") || has("refresh_token"), "scopes", "offline_needs_refresh"],
    // RFC 9700 §2.2.2: refresh tokens of public clients rotate.
    [rotatesRefreshTokens || type === "confidential", "rotatesRefreshTokens", "rotation_required"],
  ]);
}

function accessProblems(client: ClientMetadata, known: readonly Resource[]): readonly ClientProblem[] {
  const { resources, scopes } = client;
  const registrable = registrableScopes(known.filter(({ uri }) => resources.includes(uri)));
  return violated([
    [resources.length <= MAX_URIS, "resources", "list_too_long"],
    [
      resources.every((uri) => known.some((resource) => resource.uri === uri)),
      "resources",
      "unknown_resource",
    ],
    [scopes.length <= MAX_SCOPES, "scopes", "list_too_long"],
    [scopes.every((scope) => registrable.includes(scope)), "scopes", "unknown_scope"],
  ]);
}

/** The scopes of OpenID Connect and of these resources. */
export const registrableScopes = (resources: readonly Resource[]): readonly string[] => [
  ...OPENID_SCOPES,
  ...resources.flatMap((resource) => Object.keys(resource.scopes)),
];

/** A longer access token would outlive its entry in the revocation list. */
function lifetimeProblems(client: ClientMetadata, limits: ClientLimits): readonly ClientProblem[] {
  const { accessTokenTtl, refreshIdleTtl, refreshMaxTtl, refreshGraceSeconds } = client;
  const upTo = (max: number) => (value: number) =>
    Number.isSafeInteger(value) && value >= MIN_LIFETIME_SECONDS && value <= max;
  const isGrace = (value: number) =>
    Number.isSafeInteger(value) && value >= 0 && value <= MAX_REFRESH_GRACE_SECONDS;
  const idleFits = (refreshIdleTtl ?? 0) <= (refreshMaxTtl ?? limits.refreshMaxTtl);
  return violated([
    [isNullOr(accessTokenTtl, upTo(limits.accessTokenTtl)), "accessTokenTtl", "lifetime_out_of_range"],
    [
      isNullOr(refreshIdleTtl, upTo(limits.refreshIdleTtl)) && idleFits,
      "refreshIdleTtl",
      "lifetime_out_of_range",
    ],
    [isNullOr(refreshMaxTtl, upTo(limits.refreshMaxTtl)), "refreshMaxTtl", "lifetime_out_of_range"],
    [isNullOr(refreshGraceSeconds, isGrace), "refreshGraceSeconds", "grace_out_of_range"],
  ]);
}

/** When the older secret of a rotation ends: at once, or after so many seconds. Null: the overlap is too long. */
export function overlapEnd(now: number, overlapSeconds: number): number | null {
  const overlap = overlapSeconds * SECOND;
  return overlap >= 0 && overlap <= MAX_SECRET_OVERLAP ? now + overlap : null;
}

/** Whether the client may have secrets. */
export const mayHaveSecrets = (client: Pick<ClientMetadata, "authMethod">): boolean => usesSecret(client);
