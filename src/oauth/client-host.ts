import type { Client } from "./clients/client.ts";

/**
 * The host that a client is known by: that of its metadata document, which proves it, else that of its home page, which an
 * operator has entered. Null: it has none, or it has registered itself and may name any.
 */
export function clientHostOf({ id, clientUri, source }: Pick<Client, "id" | "clientUri" | "source">) {
  if (source === "registration") return null;
  const url = source === "metadata" ? id : clientUri;
  return url === null ? null : (URL.parse(url)?.host ?? null);
}

/** The logo, if a page of this service may load it. A client that has registered itself may show any brand. */
export const safeLogoOf = ({ logoUri, source }: Pick<Client, "logoUri" | "source">): string | null =>
  logoUri !== null && source !== "registration" && URL.parse(logoUri)?.protocol === "https:" ? logoUri : null;
