import { isLoopbackOrigin, isPublicHost } from "../../core/public-host.ts";

/** CLIENT_METADATA_DOCUMENTS, and the hosts that `allowlist` accepts. */
export type ClientMetadataPolicy = {
  readonly mode: "off" | "allowlist" | "on";
  readonly hosts: readonly string[];
};

type UrlRules = { readonly publicUrl: string; readonly clientMetadata: ClientMetadataPolicy };

const MAX_LENGTH = 500;

/** RFC 3986 without `#` and `\\`, so that every parser reads the same host. */
const CHARACTERS = /^[\w\-.~:/?[\]!$&'()*+,;=%]+$/;

/** Whether a client id has the form of a metadata document's URL. No registered client has such an id. */
export const isDocumentUrl = (clientId: string): boolean => /^https?:\/\//i.test(clientId);

/**
 * The URL of a client's metadata document if it may be fetched, else null
 * (draft-ietf-oauth-client-id-metadata-document §3, §6.5: server-side request forgery). The host is public: no IP
 * literal, special-use name, port or userinfo. The text must be exactly what the URL parser writes, since the URL is the
 * identity of the client.
 */
export function documentUrl(clientId: string, { publicUrl, clientMetadata }: UrlRules): URL | null {
  if (clientMetadata.mode === "off" || clientId.length > MAX_LENGTH || !CHARACTERS.test(clientId))
    return null;
  const url = URL.parse(clientId);
  if (url === null || url.href !== clientId || url.username !== "" || url.password !== "") return null;
  if (url.pathname === "/" || hasDotSegment(clientId) || url.host === new URL(publicUrl).host) return null;
  const isListed = clientMetadata.hosts.includes(url.host);
  // The configuration accepts such a host in development only. MCP clients of this machine have their document there.
  if (isLoopbackOrigin(url.host)) return isListed && url.protocol === "http:" ? url : null;
  if (url.protocol !== "https:" || url.port !== "" || !isPublicHost(url.hostname)) return null;
  return clientMetadata.mode === "on" || isListed ? url : null;
}

/** The parser resolves `.` and `..`, also as `%2e`. Other software may not. */
const hasDotSegment = (text: string): boolean => /\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(text);
