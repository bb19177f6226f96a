import { isLoopbackHttp, requireIssuer } from "../issuer.ts";

/** An API that accepts access tokens of Gatehouse. */
export type Resource = {
  /** Its URI, as RESOURCES of Gatehouse names it (RFC 8707): `https://api.example.com` or `https://example.com/mcp`. */
  readonly resource: string;
  /** The issuers whose tokens it accepts: PUBLIC_URL of Gatehouse. */
  readonly authorizationServers: readonly string[];
  /** All scopes of the API. */
  readonly scopes: readonly string[];
  /** Its name for users. */
  readonly name?: string;
  /** A page for developers. */
  readonly documentation?: string;
};

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** Throws a TypeError for a resource that can never work. */
export function requireResource({ resource, authorizationServers }: Resource): void {
  const url = URL.parse(resource);
  // RFC 9728 §1.2: an https URL without a fragment.
  const isHttps = url !== null && (url.protocol === "https:" || isLoopbackHttp(url));
  if (!isHttps || url.hash !== "") throw new TypeError("resource must be an https URL without a fragment");
  if (authorizationServers.length === 0) throw new TypeError("authorizationServers must name an issuer");
  for (const issuer of authorizationServers) requireIssuer(issuer);
}

/** RFC 9728 §3.1: the well-known path is inserted between the host and the path of the resource. */
export function metadataUrl(resource: string): string {
  const { origin, pathname, search } = new URL(resource);
  return origin + WELL_KNOWN + (pathname === "/" ? "" : pathname) + search;
}

/**
 * Whether a path is the metadata document's. Older clients look for it without the path of the resource, which is
 * unambiguous on a host with one resource.
 */
export const isMetadataPath = (resource: string, pathname: string): boolean =>
  pathname === WELL_KNOWN || pathname === new URL(metadataUrl(resource)).pathname;

/** The metadata document (RFC 9728 §2). */
export const metadataDocument = (options: Resource) => ({
  resource: options.resource,
  authorization_servers: options.authorizationServers,
  scopes_supported: options.scopes,
  bearer_methods_supported: ["header"],
  resource_name: options.name,
  resource_documentation: options.documentation,
});
