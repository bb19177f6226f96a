import { err, ok, type Result } from "../../../core/result.ts";
import { joinBytes, readText, readUint, textBytes, uintBytes } from "./byte-reader.ts";
import { cleanProfile } from "./colour-profile.ts";
import { checkSize, type Image, type ImageProblem, type Size } from "./image.ts";
import { isValidSegment } from "./jpeg-rules.ts";
import {
  APP0,
  DAC,
  DHT,
  DQT,
  DRI,
  EOI,
  JPG,
  readSegments,
  type Segment,
  SOF0,
  SOF2,
  SOF15,
  SOI,
  SOS,
} from "./jpeg-segments.ts";
import { orientedSize, readOrientation, writeOrientation } from "./orientation.ts";

export const JPEG_SIGNATURE = "\xff\xd8\xff";

// The segments that decoding needs. Others are dropped.
const TABLES: readonly number[] = [DHT, DQT, DRI];
// A progressive image has about a dozen. Thousands of tiny scans keep a decoder busy for minutes.
const MAX_SCANS = 100;

// The identifiers at the start of application segments.
const JFIF = "JFIF\0";
const EXIF = "Exif\0\0";
const PROFILE = "ICC_PROFILE\0";
const ADOBE = "Adobe";
const ADOBE_BYTES = 12;

/**
 * Writes a new JPEG of the coded pixels and the segments that decoding needs. Phones append a video, a gain
 * map or their own data after the image. These bytes are not read, so the new file drops them.
 */
export function cleanJpeg(bytes: Uint8Array): Result<Image, ImageProblem> {
  const segments = readSegments(bytes);
  if (segments === null) return err("damaged");
  const size = checkFrame(segments);
  if (!size.ok) return size;
  if (!segments.every(isValidSegment)) return err("damaged");
  const orientation = readOrientation(findApp(segments, 1, EXIF) ?? new Uint8Array());
  const kept = [
    [0xff, SOI],
    ...writeApps(segments, orientation),
    ...segments
      .filter(({ code }) => TABLES.includes(code) || isFrame(code) || code === SOS)
      .flatMap(({ code, data, coded }) => [...writeSegment(code, data), coded]),
    [0xff, EOI],
  ];
  return ok({ type: "image/jpeg", ...orientedSize(size.value, orientation), bytes: joinBytes(kept) });
}

const isFrame = (code: number): boolean =>
  code >= SOF0 && code <= SOF15 && code !== DHT && code !== JPG && code !== DAC;

/** Requires exactly one frame, of a kind that browsers display, before the first scan. */
function checkFrame(segments: readonly Segment[]): Result<Size, ImageProblem> {
  const frames = segments.filter(({ code }) => isFrame(code));
  const scans = segments.filter(({ code }) => code === SOS);
  const [frame] = frames;
  const [scan] = scans;
  if (!frame || !scan || frames.length > 1 || scans.length > MAX_SCANS) return err("damaged");
  if (segments.indexOf(scan) < segments.indexOf(frame)) return err("damaged");
  // T.81 B.2.2. Browsers do not display lossless, hierarchical, arithmetic-coded or 12-bit images.
  if (frame.code > SOF2 || frame.data[0] !== 8) return err("unknown_format");
  return checkSize({ width: readUint(frame.data, 3, 2), height: readUint(frame.data, 1, 2) });
}

/** The data after the identifier, in the first APPn segment of this number and identifier before the first scan. */
function findApp(segments: readonly Segment[], number: number, name: string): Uint8Array | undefined {
  const scan = segments.findIndex(({ code }) => code === SOS);
  const found = segments.find(
    ({ code, data }, i) => i < scan && code === APP0 + number && readText(data, 0, name.length) === name,
  );
  return found?.data.subarray(name.length);
}

/** The application segments for colours and orientation. JFIF and Adobe define the colour coding. */
function writeApps(segments: readonly Segment[], orientation: number): ArrayLike<number>[] {
  const adobe = findApp(segments, 14, ADOBE);
  const profile = findApp(segments, 2, PROFILE);
  // Part 1 of 1. Larger profiles contain lookup tables, which are dropped.
  const clean = profile && readUint(profile, 0, 2) === 0x0101 ? cleanProfile(profile.subarray(2)) : null;
  const written: ArrayLike<number>[] = [];
  const write = (number: number, name: string, data: ArrayLike<number>) =>
    written.push(...writeSegment(APP0 + number, joinBytes([textBytes(name), data])));
  // Version 1.1, square pixels, no thumbnail.
  if (findApp(segments, 0, JFIF)) write(0, JFIF, [1, 1, 0, 0, 1, 0, 1, 0, 0]);
  if (orientation !== 1) write(1, EXIF, writeOrientation(orientation));
  if (clean) write(2, PROFILE, [1, 1, ...clean]);
  if (adobe && adobe.length >= ADOBE_BYTES - ADOBE.length)
    write(14, ADOBE, [0, 100, 0, 0, 0, 0, adobe[6] ?? 0]);
  return written;
}

const writeSegment = (code: number, data: Uint8Array): ArrayLike<number>[] => [
  [0xff, code],
  uintBytes(data.length + 2, 2),
  data,
];
