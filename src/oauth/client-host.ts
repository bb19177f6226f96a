import { type Client, isRegisteredByOperator } from "./clients/client.ts";

/**
 * The host that a client is known by: that of its metadata document, which proves it, else that of its home page, which an
 * operator has entered. Null: it has none, or it has registered itself and may name any.
 */
export function clientHostOf({ id, clientUri, source }: Pick<Client, "id" | "clientUri" | "source">) {
  if (source === "registration") return null;
  const url = source === "metadata" ? id : clientUri;
  return url === null ? null : (URL.parse(url)?.host ?? null);
}

/**
 * The logo, if a page of this service may load it. A client that has registered itself may show any brand, and its server
 * would see who reads the page.
 */
export const safeLogoOf = (client: Pick<Client, "logoUri" | "source">): string | null =>
  isRegisteredByOperator(client) && URL.parse(client.logoUri ?? "")?.protocol === "https:"
    ? client.logoUri
    : null;
