import type { Email } from "../port.ts";

/**
 * `"Name" <address>` for providers that take the sender as one text (RFC 5322 §3.4). The name is
 * always quoted, so that a comma or an angle bracket in it cannot start another address.
 */
export function formatSender(from: Email["from"]): string {
  if (from.name === null) return from.address;
  return `"${from.name.replace(/["\\]/g, "\\$&")}" <${from.address}>`;
}
