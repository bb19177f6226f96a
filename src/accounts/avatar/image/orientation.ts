import { readText, readUint, readUintLE, textBytes } from "./byte-reader.ts";
import type { Size } from "./image.ts";

// EXIF 3.0 §4.6.5.1: the tag is one SHORT from 1 (upright) to 8.
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;
const PREFIX = "Exif\0\0";

/** The orientation in the EXIF data; 1 (upright) if it is missing or malformed. */
export function readOrientation(exif: Uint8Array): number {
  // In JPEG the prefix precedes the TIFF header; some WebP encoders write it too.
  const tiff = readText(exif, 0, PREFIX.length) === PREFIX ? exif.subarray(PREFIX.length) : exif;
  const order = readText(tiff, 0, 4);
  if (order !== "MM\0*" && order !== "II*\0") return 1;
  const read = order === "MM\0*" ? readUint : readUintLE;
  const directory = read(tiff, 4, 4);
  for (let left = read(tiff, directory, 2), at = directory + 2; left > 0; left--, at += ENTRY_BYTES) {
    if (read(tiff, at, 2) !== ORIENTATION_TAG) continue;
    const value = read(tiff, at + 8, 2);
    const isValid =
      read(tiff, at + 2, 2) === SHORT && read(tiff, at + 4, 4) === 1 && value >= 1 && value <= 8;
    return isValid ? value : 1;
  }
  return 1;
}

/** EXIF data with the orientation only: one directory of one entry. */
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

/** The size as displayed: orientations 5 to 8 swap width and height. */
export const orientedSize = ({ width, height }: Size, orientation: number): Size =>
  orientation < 5 ? { width, height } : { width: height, height: width };
