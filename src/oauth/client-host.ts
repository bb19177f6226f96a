import type { Client } from "./clients/client.ts";

/**
 * The host that a client is known by: that of its metadata document, which proves it, else that of its home page. Null: it
 * has none.
 */
export function clientHostOf({ id, clientUri, source }: Pick<Client, "id" | "clientUri" | "source">) {
  const url = source === "metadata" ? id : clientUri;
  return url === null ? null : (URL.parse(url)?.host ?? null);
}

/** The logo, if a page of this service may load it. */
export const safeLogoOf = ({ logoUri }: Pick<Client, "logoUri">): string | null =>
  logoUri !== null && URL.parse(logoUri)?.protocol === "https:" ? logoUri : null;
