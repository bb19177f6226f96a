import { err, ok, type Result } from "./result.ts";
import { utf8Length } from "./text.ts";

/**
 * One mailbox. Mail goes to `address`. `key` decides uniqueness: it is compatibility-folded (NFKC)
 * and lower-cased, so variants of case and Unicode form belong to one account.
 */
export type EmailAddress = { readonly address: string; readonly key: string };

// RFC 5321 §4.5.3.1: octets of the local part and of the whole path.
const MAX_LOCAL_OCTETS = 64;
const MAX_OCTETS = 254;

// A dot-atom (RFC 5322 §3.2.3) with letters and digits of any script (RFC 6531). Quoted forms, "%"
// and "!" are excluded: relays have interpreted them as routing to a second recipient.
const ATOM = "[\\p{L}\\p{M}\\p{Nd}#$&'*+\\-/=?^_`{|}~]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, "u");
const TYPED_DOMAIN = /^[\p{L}\p{M}\p{Nd}.-]+$/u;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Parses exactly one address. Surrounding spaces are removed; every other irregularity is an error. */
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

/**
 * True if the local part has compatibility characters, such as full-width letters, which NFKC replaces. Such an address
 * has the key of another mailbox, so no account may be given it. Accounts from before this rule keep theirs.
 */
export function hasCompatibilityCharacters({ address }: EmailAddress): boolean {
  const local = address.slice(0, address.lastIndexOf("@"));
  return local.normalize("NFKC") !== local;
}

export type DeliverySettings = {
  /** Whether the mail provider sends to addresses with a local part outside of ASCII (`messaging/email/settings.ts`). */
  readonly mailCarriesUnicode: boolean;
};

/** RFC 6531: mail to a local part outside of ASCII needs a provider with SMTPUTF8. Domains are stored in ASCII. */
export const isDeliverable = ({ address }: EmailAddress, { mailCarriesUnicode }: DeliverySettings): boolean =>
  mailCarriesUnicode || /^[!-~]*$/.test(address);

/** The domain of a parsed address, in ASCII. */
export const domainOf = ({ address }: EmailAddress): string => address.slice(address.lastIndexOf("@") + 1);

/** The key of a stored address, which was parsed before it was stored. */
export function storedAddressKey(address: string): string {
  const parsed = parseEmailAddress(address);
  return parsed.ok ? parsed.value.key : address;
}

/**
 * Folds variants of case and Unicode form. Lower-casing can decompose characters, so NFKC runs again.
 * The lower case of sigma depends on its position, so both forms become one.
 */
const fold = (local: string): string =>
  local.normalize("NFKC").toLowerCase().replaceAll("ς", "σ").normalize("NFKC");

/** The domain in ASCII form (UTS #46, by the URL parser), or null if mail cannot be sent to it. */
export function asciiDomain(typed: string): string | null {
  if (!TYPED_DOMAIN.test(typed)) return null;
  const url = URL.parse(`http://${typed}`);
  const labels = url?.hostname.split(".") ?? [];
  if (labels.length < 2 || !labels.every((label) => DOMAIN_LABEL.test(label))) return null;
  // A numeric last label makes it an IPv4 address, not a domain.
  return /^\d+$/.test(labels.at(-1) ?? "") ? null : labels.join(".");
}
