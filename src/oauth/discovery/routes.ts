import { Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import type { ClientMetadataPolicy } from "../client-metadata/document-url.ts";
import { DISCOVERY_PATHS } from "../endpoints.ts";
import { type DiscoverySettings, discoveryDocument } from "./discovery-document.ts";

export type DiscoveryDeps = {
  readonly settings: Pick<DiscoverySettings, "publicUrl" | "resources"> & {
    readonly canRegisterClients: boolean;
    readonly clientMetadata: ClientMetadataPolicy;
  };
};

/** Seconds that clients may cache the metadata. */
const MAX_AGE = 600;

/** The discovery documents of OpenID Connect (Discovery §4) and of OAuth (RFC 8414 §3): the same metadata. */
export function discoveryRoutes(depsOf: DepsOf<DiscoveryDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().on("GET", [...DISCOVERY_PATHS], (c) => {
    const { publicUrl, resources, canRegisterClients, clientMetadata } = depsOf(c).settings;
    const document = discoveryDocument({
      publicUrl,
      resources,
      supportsRegistration: canRegisterClients,
      supportsMetadataDocuments: acceptsDocuments(clientMetadata),
    });
    return c.json(document, 200, { "Cache-Control": `public, max-age=${MAX_AGE}` });
  });
}

/** An empty allowlist accepts no document. */
const acceptsDocuments = ({ mode, hosts }: ClientMetadataPolicy): boolean =>
  mode === "on" || (mode === "allowlist" && hosts.length > 0);
