import { readText, readUint, readUintLE, textBytes } from "./byte-reader.ts";
import type { Size } from "./image.ts";

// EXIF 3.0 §4.6.5.1: the tag, a SHORT, of one value from 1 (upright) to 8.
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;
const PREFIX = "Exif\0\0";

/** How a picture is to be turned, by its EXIF; upright, when that says nothing or nothing sound. */
export function readOrientation(exif: Uint8Array): number {
  // JPEG puts the prefix before the TIFF header; some writers of WebP do too.
  const tiff = readText(exif, 0, PREFIX.length) === PREFIX ? exif.subarray(PREFIX.length) : exif;
  const order = readText(tiff, 0, 4);
  if (order !== "MM\0*" && order !== "II*\0") return 1;
  const read = order === "MM\0*" ? readUint : readUintLE;
  const directory = read(tiff, 4, 4);
  for (let left = read(tiff, directory, 2), at = directory + 2; left > 0; left--, at += ENTRY_BYTES) {
    if (read(tiff, at, 2) !== ORIENTATION_TAG) continue;
    const value = read(tiff, at + 8, 2);
    const sound = read(tiff, at + 2, 2) === SHORT && read(tiff, at + 4, 4) === 1 && value >= 1 && value <= 8;
    return sound ? value : 1;
  }
  return 1;
}

/** EXIF that says how a picture is to be turned, and nothing else: one directory of one entry. */
export const writeOrientation = (orientation: number): number[] => [
  ...textBytes("MM\0*"),
  0,
  0,
  0,
  8,
  0,
  1,
  1,
  0x12,
  0,
  SHORT,
  0,
  0,
  0,
  1,
  0,
  orientation,
  0,
  0,
  0,
  0,
  0,
  0,
];

/** The size as shown: from 5 on, a picture lies on its side. */
export const turned = ({ width, height }: Size, orientation: number): Size =>
  orientation < 5 ? { width, height } : { width: height, height: width };
