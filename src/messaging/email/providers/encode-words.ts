// RFC 2047 §2: an encoded word has at most 75 characters. 45 bytes are 60 characters of base64, and "=?UTF-8?B?"
// with "?=" takes 12.
const MAX_BYTES_IN_WORD = 45;

/** Encodes text as RFC 2047 encoded words, for a header that must be ASCII. §5: no word ends inside a character. */
export function encodeWords(text: string): string {
  const encoder = new TextEncoder();
  const words: number[][] = [[]];
  for (const character of text) {
    const bytes = encoder.encode(character);
    if ((words.at(-1)?.length ?? 0) + bytes.length > MAX_BYTES_IN_WORD) words.push([]);
    words.at(-1)?.push(...bytes);
  }
  return words.map((bytes) => `=?UTF-8?B?${btoa(String.fromCharCode(...bytes))}?=`).join(" ");
}
