import type { MachineToken, UserToken } from "./access-token.ts";
import {
  type Authorization,
  authorizeRequest,
  type CheckOptions,
  type ResourceOptions,
} from "./authorize-request.ts";
import { isMetadataPath, metadataDocument, metadataUrl, requireResource } from "./resource-metadata.ts";

/** The tokens that `callers` of the requirements admits. */
export type AdmittedToken<O extends CheckOptions> = O extends { readonly callers: "all" }
  ? UserToken | MachineToken
  : O extends { readonly callers: "machines" }
    ? MachineToken
    : UserToken;

/** A protected resource, for any framework. `gatehouse/client/hono` has the middleware. */
export type ResourceServer = {
  /** The URL of the metadata document (RFC 9728). */
  readonly metadataUrl: string;
  /** The metadata document, if this is a request for it; otherwise null. */
  metadata(request: Request): Response | null;
  /** Verifies the access token of a request, or of the value of its `Authorization` header. */
  authorize<const O extends CheckOptions = Record<never, never>>(
    request: Request | string | null | undefined,
    requirements?: O,
  ): Promise<Authorization<AdmittedToken<O>>>;
};

/** Creates a protected resource. Throws a TypeError for a resource or an issuer that is not an https URL. */
export function protectResource(options: ResourceOptions): ResourceServer {
  requireResource(options);
  return {
    metadataUrl: metadataUrl(options.resource),
    metadata: ({ url, method }) => {
      if (!isMetadataPath(options.resource, new URL(url).pathname)) return null;
      if (method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
      return method === "GET" ? metadataResponse(options) : null;
    },
    authorize: (request, requirements) => {
      const header = request instanceof Request ? request.headers.get("Authorization") : request;
      // The requirement `callers` decides the type of the token.
      return authorizeRequest(options, header, requirements) as Promise<never>;
    },
  };
}

/** Browsers of other origins may read it: it is public and reads no cookies. MCP clients send a header of their own. */
const CORS = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" };

const metadataResponse = (options: ResourceOptions): Response =>
  Response.json(metadataDocument(options), { headers: { ...CORS, "Cache-Control": "public, max-age=3600" } });
