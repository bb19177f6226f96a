import { err, ok, type Result } from "./result.ts";

/** An E.164 number: a plus and 7 to 15 digits. The first digit is not zero. */
export type PhoneNumber = `+${string}`;

// ITU-T E.164 §6.2.1: at most 15 digits including the country code. ASCII digits only: digits of
// another script would be another string for the same number.
const E164 = /^\+[1-9][0-9]{6,14}$/;
const PUNCTUATION = /[ .()-]/g;
// "+49 (0)170": the zero is dialled only within the country, and not in all countries, so it is an error.
const TRUNK_ZERO = /\( *0/;

/**
 * Parses one international number as typed: with spaces, dashes, dots and brackets. A one-time code
 * proves that the number exists. libphonenumber's tables of assigned numbers go out of date.
 */
export function parsePhoneNumber(typed: string): Result<PhoneNumber, "number_malformed"> {
  const digits = typed.replace(PUNCTUATION, "");
  return E164.test(digits) && !TRUNK_ZERO.test(typed) ? ok(digits as PhoneNumber) : err("number_malformed");
}
