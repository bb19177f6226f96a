import { joinBytes, readText, readUint, textBytes, uintBytes } from "./byte-reader.ts";

// ICC.1:2022 §8: the tags of a profile of each colour space, other than profiles of lookup tables.
const TAGS_OF: Readonly<Record<string, readonly string[]>> = {
  "RGB ": ["wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"],
  GRAY: ["wtpt", "kTRC"],
};
const HEADER_BYTES = 128;
const ENTRY_BYTES = 12;
const MAX_TAGS = 100;
const MAX_CURVE_POINTS = 4096;
// §10.18: the number of parameters of each curve type.
const CURVE_PARAMETERS = [1, 3, 4, 5, 7];

/**
 * Writes a new profile of white point, primaries and curves only: colours are preserved; names of devices
 * and authors, dates and private tags are dropped. Null if the bytes are not such a profile.
 */
export function cleanProfile(profile: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const tags = TAGS_OF[readText(profile, 16, 4)] ?? [];
  const table: number[] = [];
  const contents: Uint8Array[] = [];
  let end = HEADER_BYTES + 4 + tags.length * ENTRY_BYTES;
  for (const tag of tags) {
    const data = findElement(profile, tag);
    if (!data) return null;
    table.push(...textBytes(tag), ...uintBytes(end, 4), ...uintBytes(data.length, 4));
    // Elements start at multiples of four bytes.
    contents.push(data, new Uint8Array(-data.length & 3));
    end += (data.length + 3) & ~3;
  }
  if (tags.length === 0 || readText(profile, 36, 4) !== "acsp") return null;
  // §7.2: version, class and spaces; signature; intent and illuminant.
  const header = new Uint8Array(HEADER_BYTES);
  for (const [start, stop] of [
    [8, 24],
    [36, 40],
    [64, 80],
  ] as const) {
    header.set(profile.subarray(start, stop), start);
  }
  header.set(uintBytes(end, 4));
  return joinBytes([header, uintBytes(tags.length, 4), table, ...contents]);
}

function findElement(profile: Uint8Array, tag: string): Uint8Array | null {
  const count = Math.min(readUint(profile, HEADER_BYTES, 4), MAX_TAGS);
  for (let i = 0, at = HEADER_BYTES + 4; i < count; i++, at += ENTRY_BYTES) {
    if (readText(profile, at, 4) !== tag) continue;
    const data = profile.subarray(readUint(profile, at + 4, 4));
    const length = elementBytes(data);
    return length > 0 && length <= data.length ? data.subarray(0, length) : null;
  }
  return null;
}

/** The length of a numeric element according to its own header; 0 for any other element. */
function elementBytes(data: Uint8Array): number {
  const points = readUint(data, 8, 4);
  switch (readText(data, 0, 8)) {
    case "XYZ \0\0\0\0":
      return 20;
    case "curv\0\0\0\0":
      return points > MAX_CURVE_POINTS ? 0 : 12 + 2 * points;
    case "para\0\0\0\0":
      return 12 + 4 * (CURVE_PARAMETERS[points >> 16] ?? -3);
    default:
      return 0;
  }
}
