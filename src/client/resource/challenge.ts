import { acrValuesOf, type Requirements } from "./requirements.ts";
import { metadataUrl, type Resource } from "./resource-metadata.ts";

/** Errors of RFC 6750 §3.1 and RFC 9470 §3. */
export type BearerError = "invalid_token" | "insufficient_scope" | "insufficient_user_authentication";

/** The value of WWW-Authenticate (RFC 6750 §3, RFC 9728 §5.1). Without an error: the request has no token. */
export function challenge(
  { resource }: Resource,
  requirements: Requirements,
  error?: { readonly code: BearerError; readonly description: string },
): string {
  const parameters: Record<string, string | undefined> = {
    error: error?.code,
    error_description: error?.description,
    scope: requirements.scopes?.join(" "),
    resource_metadata: metadataUrl(resource),
  };
  if (error?.code === "insufficient_user_authentication") {
    parameters.acr_values = acrValuesOf(requirements).join(" ");
    parameters.max_age = requirements.maxAge?.toString();
  }
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  return `Bearer ${pairs.map(([name, value]) => `${name}=${quoted(value ?? "")}`).join(", ")}`;
}

/** A quoted string (RFC 9110 §5.6.4). */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, "").replaceAll(/["\\]/g, "\\$&")}"`;
