import { err, ok, type Result } from "../../core/result.ts";
import type { Resource } from "../../sessions/resource.ts";
import { isHttpsUrl } from "../redirect-uri.ts";
import { CLIENT_AUTH_METHODS, type ClientAuthMethod, type GrantType } from "./client.ts";
import type { PartialMetadata } from "./client-metadata.ts";
import { MAX_SCOPES, MAX_URIS, registrableScopes } from "./rules.ts";

/** The metadata names a field that this service does not accept. The text is for the developer of the client. */
export type RegistrationProblem = {
  readonly field: "redirect_uris" | "other";
  readonly description: string;
};

type Options = {
  /** RESOURCES. The client may request those that allow dynamic clients. */
  readonly resources: readonly Resource[];
  readonly authMethods: readonly ClientAuthMethod[];
};

/**
 * Reads client metadata (RFC 7591 §2) that no administrator has reviewed. Unknown fields are ignored, and unsupported
 * grant types and scopes are left out (§2: the server may replace them). The response states what remains.
 */
export function readRegistrationMetadata(
  json: unknown,
  { resources, authMethods }: Options,
): Result<PartialMetadata, RegistrationProblem> {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return refused("It must be a JSON object.");
  const fields = new Map<string, unknown>(Object.entries(json));
  const redirectUris = listIn(fields, "redirect_uris");
  if (redirectUris === null || redirectUris.length === 0 || redirectUris.length > MAX_URIS) {
    return err({
      field: "redirect_uris",
      description: `redirect_uris must be a list of 1 to ${MAX_URIS} URIs.`,
    });
  }
  const authMethod = authMethods.find(
    (method) => method === (fields.get("token_endpoint_auth_method") ?? "none"),
  );
  if (authMethod === undefined || !CLIENT_AUTH_METHODS.includes(authMethod)) {
    return refused(`token_endpoint_auth_method must be ${authMethods.join(" or ")}.`);
  }
  const responseTypes = listIn(fields, "response_types") ?? ["code"];
  if (!responseTypes.includes("code")) return refused("response_types must contain code.");
  const grantTypes = grantTypesOf(listIn(fields, "grant_types"));
  if (!grantTypes.includes("authorization_code"))
    return refused("grant_types must contain authorization_code.");
  const allowed = resources.filter(({ allowsDynamicClients }) => allowsDynamicClients);
  return ok({
    name: nameOf(fields, redirectUris),
    type: authMethod === "none" ? "public" : "confidential",
    authMethod,
    redirectUris,
    postLogoutRedirectUris: (listIn(fields, "post_logout_redirect_uris") ?? []).slice(0, MAX_URIS),
    grantTypes,
    resources: allowed.map(({ uri }) => uri).slice(0, MAX_URIS),
    scopes: scopesOf(textIn(fields, "scope"), allowed, grantTypes),
    logoUri: httpsIn(fields, "logo_uri"),
    clientUri: httpsIn(fields, "client_uri"),
    jwks: authMethod === "none" || !fields.has("jwks") ? null : JSON.stringify(fields.get("jwks")),
    jwksUri: authMethod === "none" ? null : httpsIn(fields, "jwks_uri"),
  });
}

const refused = (description: string) => err({ field: "other", description } as const);

const textIn = (fields: ReadonlyMap<string, unknown>, name: string): string | null => {
  const value = fields.get(name);
  return typeof value === "string" && value.trim() !== "" ? value : null;
};

/** A URL that the service only shows. One that it cannot show is left out. */
const httpsIn = (fields: ReadonlyMap<string, unknown>, name: string): string | null => {
  const value = textIn(fields, name);
  return value !== null && isHttpsUrl(value) ? value : null;
};

function listIn(fields: ReadonlyMap<string, unknown>, name: string): string[] | null {
  const value = fields.get(name);
  const isList = Array.isArray(value) && value.every((one): one is string => typeof one === "string");
  return isList ? [...new Set(value)] : null;
}

/** A client without a name gets the host of its first redirect URI. */
const nameOf = (fields: ReadonlyMap<string, unknown>, [uri = ""]: readonly string[]): string =>
  textIn(fields, "client_name") ?? (URL.parse(uri)?.hostname || "Client");

/**
 * RFC 7591 §2: the default is `authorization_code`. MCP clients that name none still refresh. Only an admin allows the
 * device flow (RFC 8628 §5.4): its page shows no redirect host by which a user could recognize an imitation.
 */
const grantTypesOf = (requested: readonly string[] | null): GrantType[] =>
  requested === null
    ? [...REGISTRABLE_GRANTS]
    : REGISTRABLE_GRANTS.filter((grant) => requested.includes(grant));

const REGISTRABLE_GRANTS = ["authorization_code", "refresh_token"] as const satisfies readonly GrantType[];

function scopesOf(
  requested: string | null,
  resources: readonly Resource[],
  grantTypes: readonly GrantType[],
): string[] {
  const registrable = registrableScopes(resources).filter(
    (scope) => scope !== "offline_access" || grantTypes.includes("refresh_token"),
  );
  const wanted = requested?.split(" ") ?? registrable;
  return [...new Set(registrable)].filter((scope) => wanted.includes(scope)).slice(0, MAX_SCOPES);
}
