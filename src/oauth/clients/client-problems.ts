import type { FieldProblem } from "../../core/error-codes.ts";
import type { ClientProblem, ClientProblemReason } from "./rules.ts";

/** For the developer or operator who registers the client. */
const messages: Readonly<Record<ClientProblemReason, string>> = {
  name_invalid: "Must have 1 to 100 characters and no control characters.",
  https_url_required: "Must be an https URL without credentials and fragment.",
  redirect_uri_invalid:
    "Each must be an https URL, an http URL of this machine (127.0.0.1, [::1] or localhost), or have a private scheme with a dot such as com.example.app:/callback. No fragment, credentials or wildcard.",
  redirect_uri_of_service: "Must not be a URL of this service.",
  private_scheme_of_confidential: "Only a public client may use a private scheme.",
  redirect_uris_missing: "The grant authorization_code needs a redirect URI.",
  redirect_uris_unused: "Redirect URIs need the grant authorization_code.",
  auth_method_mismatch: "Must be none for a public client, and another method for a confidential one.",
  keys_required: "private_key_jwt needs exactly one of jwks and jwksUri.",
  keys_unused: "Only private_key_jwt uses keys.",
  keys_invalid: "Must be a JWK Set of 1 to 10 public keys (RSA, P-256 or Ed25519).",
  grant_types_missing: "Must name a grant type.",
  grant_needs_confidential: "The grant client_credentials needs a confidential client.",
  grant_needs_resource: "The grant client_credentials needs a resource.",
  refresh_needs_grant: "The grant refresh_token needs authorization_code or the device code grant.",
  offline_needs_refresh: "The scope offline_access needs the grant refresh_token.",
  unknown_resource: "Must be URIs of RESOURCES.",
  unknown_scope: "Must be scopes of OpenID Connect or of the client's resources.",
  lifetime_out_of_range: "Must be at least 30 seconds and at most the lifetime of the configuration.",
  grace_out_of_range: "Must be 0 to 3600 seconds.",
  rotation_required: "Refresh tokens of a public client rotate.",
  list_too_long: "Has too many entries.",
  logout_uri_invalid: "Must be an https URL without credentials and fragment.",
};

export const describeProblem = ({ reason }: ClientProblem): string => messages[reason];

/** The problems as the API reports them. */
export const fieldProblemsOfClient = (problems: readonly ClientProblem[]): FieldProblem[] =>
  problems.map((problem) => ({ path: problem.field, message: describeProblem(problem) }));
