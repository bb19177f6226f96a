import { err, ok, type Result } from "./result.ts";

/** A number in E.164: a plus and 7 to 15 digits, of which the first is no zero. */
export type PhoneNumber = `+${string}`;

// ITU-T E.164 §6.2.1: 15 digits at most, the country code among them. Only ASCII digits: another
// script's would be another string for the same number.
const E164 = /^\+[1-9][0-9]{6,14}$/;
const PUNCTUATION = /[ .()-]/g;
// "+49 (0)170": the zero is dialled at home only, and not after every country code, so ask again.
const TRUNK_ZERO = /\( *0/;

/**
 * Reads one international number, as people type it: with spaces, dashes, dots and brackets. Whether
 * anybody has that number is shown by a code that arrives; libphonenumber's tables of what each
 * country has handed out cost 80 KB, half of the whole bundle, and age.
 */
export function parsePhoneNumber(typed: string): Result<PhoneNumber, "number_malformed"> {
  const digits = typed.replace(PUNCTUATION, "");
  return E164.test(digits) && !TRUNK_ZERO.test(typed) ? ok(digits as PhoneNumber) : err("number_malformed");
}
