// An encoded word is at most 75 characters (RFC 2047 §2): 45 bytes become 60 of base64, and
// "=?UTF-8?B?" with "?=" takes 12.
const MAX_BYTES_IN_WORD = 45;

/**
 * Text of any script as RFC 2047 encoded words, for a header that must be ASCII. No character is
 * split between two words (§5).
 */
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
