import { err, ok, type Result } from "./result.ts";
import { utf8Length } from "./text.ts";

/**
 * One mailbox. `address` is where mail goes; `key` is what makes it unique: compatibility-folded
 * (NFKC) and lower-cased, so that variants of case and of Unicode form are one account.
 */
export type EmailAddress = { readonly address: string; readonly key: string };

// RFC 5321 §4.5.3.1: octets of the local part and of the whole path.
const MAX_LOCAL_OCTETS = 64;
const MAX_OCTETS = 254;

// A dot-atom (RFC 5322 §3.2.3) opened to letters and digits of any script (RFC 6531). Left out on
// purpose: quoted forms, "%" and "!", which relays have taken for routing to a second recipient.
const ATOM = "[\\p{L}\\p{M}\\p{Nd}#$&'*+\\-/=?^_`{|}~]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, "u");
const DOMAIN_AS_TYPED = /^[\p{L}\p{M}\p{Nd}.-]+$/u;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads exactly one address; surrounding spaces are forgiven, anything else odd is refused. */
export function parseEmailAddress(typed: string): Result<EmailAddress, "address_malformed"> {
  const text = typed.replace(/^ +| +$/g, "").normalize("NFC");
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  if (!LOCAL_PART.test(local) || utf8Length(local) > MAX_LOCAL_OCTETS) return err("address_malformed");
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === null) return err("address_malformed");
  const address = `${local}@${domain}`;
  if (utf8Length(address) > MAX_OCTETS) return err("address_malformed");
  return ok({ address, key: `${fold(local)}@${domain}` });
}

/** The folded form of an address that was parsed when it was stored. */
export function storedAddressKey(address: string): string {
  const parsed = parseEmailAddress(address);
  return parsed.ok ? parsed.value.key : address;
}

/**
 * Variants of case and of Unicode form as one. Lower-casing can take apart what NFKC had joined, so
 * it is joined again; the final sigma is the one letter whose lower case depends on its place.
 */
const fold = (local: string): string =>
  local.normalize("NFKC").toLowerCase().replaceAll("ς", "σ").normalize("NFKC");

/** The domain in its ASCII form (UTS #46, by the URL parser), or null when mail cannot go there. */
function asciiDomain(typed: string): string | null {
  if (!DOMAIN_AS_TYPED.test(typed)) return null;
  const url = URL.parse(`http://${typed}`);
  const labels = url?.hostname.split(".") ?? [];
  if (labels.length < 2 || !labels.every((label) => DOMAIN_LABEL.test(label))) return null;
  // An all-numeric last label is an IPv4 address, not a domain.
  return /^\d+$/.test(labels.at(-1) ?? "") ? null : labels.join(".");
}
