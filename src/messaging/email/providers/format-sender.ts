import type { Email } from "../port.ts";

/**
 * `"Name" <address>` (RFC 5322 §3.4), for providers that take the sender as one string. The name is always
 * quoted, so that a comma or an angle bracket in it cannot start another address.
 */
export function formatSender(from: Email["from"]): string {
  if (from.name === null) return from.address;
  return `"${from.name.replace(/["\\]/g, "\\$&")}" <${from.address}>`;
}
