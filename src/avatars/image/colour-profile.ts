import { joinBytes, readText, readUint, textBytes, uintBytes } from "./byte-reader.ts";

/** Above any profile of curves and primaries. */
export const MAX_PROFILE_BYTES = 65_536;

// ICC.1:2022 §8: what a profile of each colour space is made of, when it is not made of tables.
const TAGS_OF: Readonly<Record<string, readonly string[]>> = {
  "RGB ": ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"],
  GRAY: ["kTRC"],
};
const CLASSES = ["mntr", "scnr", "prtr", "spac"];
const HEADER_BYTES = 128;
const ENTRY_BYTES = 12;
const MAX_TAGS = 100;
const MAX_CURVE_POINTS = 4096;
// §10.18: the parameters of each kind of curve.
const CURVE_PARAMETERS = [1, 3, 4, 5, 7];
// §7.2.16: the illuminant of the connection space, as three fixed-point numbers.
const D50 = [...uintBytes(0xf6d6, 4), ...uintBytes(0x10000, 4), ...uintBytes(0xd32d, 4)];
// §7.5 asks for a description and a copyright: a line of text in Unicode, the same for every picture.
const WORD = [..."RGB"].flatMap((letter) => [0, letter.charCodeAt(0)]);
const NAME = [
  ...textBytes("mluc\0\0\0\0"),
  ...[1, 12].flatMap((number) => uintBytes(number, 4)),
  ...textBytes("enUS"),
  ...[WORD.length, 28].flatMap((number) => uintBytes(number, 4)),
  ...WORD,
];
const WHITE = [...textBytes("XYZ \0\0\0\0"), ...D50];

/**
 * A profile put together anew from primaries and curves alone. Names of devices and people, dates and
 * private tags stay behind, and the colours stay. Null when there is no such profile in these bytes.
 */
export function cleanProfile(profile: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const space = readText(profile, 16, 4);
  const tags = TAGS_OF[space];
  const sound =
    profile.length <= MAX_PROFILE_BYTES &&
    readUint(profile, 0, 4) === profile.length &&
    readText(profile, 36, 4) === "acsp" &&
    readText(profile, 20, 4) === "XYZ " &&
    CLASSES.includes(readText(profile, 12, 4));
  if (!tags || !sound) return null;
  const elements: [name: string, data: ArrayLike<number>][] = [
    ["desc", NAME],
    ["cprt", NAME],
    ["wtpt", WHITE],
  ];
  for (const name of tags) {
    const data = findElement(profile, name);
    if (!data) return null;
    elements.push([name, data]);
  }
  return writeProfile(readText(profile, 12, 4), space, elements);
}

function findElement(profile: Uint8Array, name: string): Uint8Array | null {
  const count = Math.min(readUint(profile, HEADER_BYTES, 4), MAX_TAGS);
  for (let i = 0, at = HEADER_BYTES + 4; i < count; i++, at += ENTRY_BYTES) {
    if (readText(profile, at, 4) !== name) continue;
    const start = readUint(profile, at + 4, 4);
    const data = profile.subarray(start, start + readUint(profile, at + 8, 4));
    const length = name.endsWith("XYZ") ? primaryBytes(data) : curveBytes(data);
    // Elements may be padded; what they hold is this long.
    return length > 0 && length <= data.length ? data.subarray(0, length) : null;
  }
  return null;
}

const primaryBytes = (data: Uint8Array): number => (readText(data, 0, 8) === "XYZ \0\0\0\0" ? 20 : 0);

function curveBytes(data: Uint8Array): number {
  if (readText(data, 0, 8) === "curv\0\0\0\0") {
    const points = readUint(data, 8, 4);
    return points <= MAX_CURVE_POINTS ? 12 + 2 * points : 0;
  }
  const parameters = CURVE_PARAMETERS[readUint(data, 8, 2)];
  const parametric = readText(data, 0, 8) === "para\0\0\0\0" && readUint(data, 10, 2) === 0;
  return parametric && parameters ? 12 + 4 * parameters : 0;
}

function writeProfile(
  deviceClass: string,
  space: string,
  elements: readonly (readonly [name: string, data: ArrayLike<number>])[],
) {
  const table: number[] = [];
  const contents: ArrayLike<number>[] = [];
  let at = HEADER_BYTES + 4 + elements.length * ENTRY_BYTES;
  for (const [name, data] of elements) {
    table.push(...textBytes(name), ...uintBytes(at, 4), ...uintBytes(data.length, 4));
    const padding = -data.length & 3;
    contents.push(data, new Uint8Array(padding));
    at += data.length + padding;
  }
  const header = [
    ...[...uintBytes(at, 4), 0, 0, 0, 0, 4, 0x20, 0, 0],
    ...textBytes(`${deviceClass}${space}XYZ `),
    ...new Uint8Array(12),
    ...textBytes("acsp"),
    ...new Uint8Array(28),
    ...D50,
    ...new Uint8Array(48),
  ];
  return joinBytes([header, uintBytes(elements.length, 4), table, ...contents]);
}
