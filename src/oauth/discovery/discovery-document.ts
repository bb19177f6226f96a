import { ACR_VALUES } from "../../sessions/acr.ts";
import { OPENID_SCOPES, type Resource } from "../../sessions/resource.ts";
import { SIGNING_ALGS } from "../../sessions/signing-keys/signing-key.ts";
import { ASSERTION_ALGORITHMS } from "../client-authentication/client-assertion.ts";
import { CLIENT_AUTH_METHODS } from "../clients/client.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { SCOPE_CLAIMS } from "../scope-claims.ts";
import { TOKEN_GRANTS } from "../token/grants.ts";

export type DiscoverySettings = {
  readonly publicUrl: string;
  readonly resources: readonly Resource[];
  /** Whether clients may register themselves (RFC 7591). */
  readonly supportsRegistration: boolean;
  /** Whether a client may be identified by the URL of its metadata document. */
  readonly supportsMetadataDocuments: boolean;
};

const CONFIDENTIAL_METHODS = CLIENT_AUTH_METHODS.filter((method) => method !== "none");

/** The metadata of this authorization server (OpenID Connect Discovery §3, RFC 8414 §2). It names what is supported, only. */
export function discoveryDocument(settings: DiscoverySettings): Readonly<Record<string, unknown>> {
  const url = (path: string) => `${settings.publicUrl}${path}`;
  const resourceScopes = settings.resources.flatMap(({ scopes }) => Object.keys(scopes));
  return {
    issuer: settings.publicUrl,
    authorization_endpoint: url(OAUTH_PATHS.authorize),
    token_endpoint: url(OAUTH_PATHS.token),
    userinfo_endpoint: url(OAUTH_PATHS.userinfo),
    jwks_uri: url("/.well-known/jwks.json"),
    revocation_endpoint: url(OAUTH_PATHS.revoke),
    introspection_endpoint: url(OAUTH_PATHS.introspect),
    // RFC 9126 §5
    pushed_authorization_request_endpoint: url(OAUTH_PATHS.par),
    require_pushed_authorization_requests: false,
    // RFC 8628 §4
    device_authorization_endpoint: url(OAUTH_PATHS.deviceAuthorization),
    // OpenID Connect RP-Initiated Logout §2.1 and Back-Channel Logout §2.1
    end_session_endpoint: url(OAUTH_PATHS.logout),
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    ...(settings.supportsRegistration ? { registration_endpoint: url(OAUTH_PATHS.register) } : {}),
    ...(settings.supportsMetadataDocuments ? { client_id_metadata_document_supported: true } : {}),
    scopes_supported: [...new Set([...OPENID_SCOPES, ...resourceScopes])],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: Object.keys(TOKEN_GRANTS),
    subject_types_supported: ["public"],
    code_challenge_methods_supported: ["S256"],
    // RFC 9207 §3
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: CONFIDENTIAL_METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    id_token_signing_alg_values_supported: [...SIGNING_ALGS].toReversed(),
    acr_values_supported: ACR_VALUES,
    claims_supported: [...TOKEN_CLAIMS, ...SCOPE_CLAIMS],
    prompt_values_supported: ["none", "login", "consent", "select_account"],
    ui_locales_supported: ["en", "de"],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    // RFC 9728 §4
    protected_resources: settings.resources.map(({ uri }) => uri),
  };
}

const TOKEN_CLAIMS = [
  "sub",
  "iss",
  "aud",
  "exp",
  "iat",
  "auth_time",
  "nonce",
  "acr",
  "amr",
  "sid",
  "at_hash",
];
