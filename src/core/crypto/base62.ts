const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The largest multiple of 62 that a byte can hold. Bytes from it on would make some digits more likely. */
const UNBIASED = 248;

/** Random base62 text. 43 characters have 256 bits. */
export function randomBase62(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length - text.length))) {
      if (byte < UNBIASED) text += DIGITS.charAt(byte % 62);
    }
  }
  return text;
}

/** A whole number in base62, with leading zeros. */
export function toBase62(number: number, length: number): string {
  let text = "";
  for (let rest = number; rest > 0; rest = Math.floor(rest / 62)) text = DIGITS.charAt(rest % 62) + text;
  return text.padStart(length, "0");
}
