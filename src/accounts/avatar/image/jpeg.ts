import { err, ok, type Result } from "../../../core/result.ts";
import { joinBytes, readText, readUint, textBytes, uintBytes } from "./byte-reader.ts";
import { cleanProfile } from "./colour-profile.ts";
import { checkSize, type Image, type ImageProblem, type Size } from "./image.ts";
import { isSoundSegment } from "./jpeg-rules.ts";
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
import { readOrientation, turned, writeOrientation } from "./orientation.ts";

export const JPEG_SIGNATURE = "\xff\xd8\xff";

// What decoding needs; any other segment stays behind.
const TABLES: readonly number[] = [DHT, DQT, DRI];
// A progressive picture has a dozen. Thousands of tiny ones keep a viewer busy for minutes.
const MAX_SCANS = 100;

// Segments of applications, each begun by the name of its kind.
const JFIF = "JFIF\0";
const EXIF = "Exif\0\0";
const PROFILE = "ICC_PROFILE\0";
const PICTURES = "MPF\0";
const ADOBE = "Adobe";
const ADOBE_BYTES = 12;

/** A JPEG of its coded pixels and of what decoding them needs, in segments written anew. */
export function cleanJpeg(bytes: Uint8Array): Result<Image, ImageProblem> {
  const picture = readSegments(bytes, 0);
  if (picture === null) return err("damaged");
  const { segments } = picture;
  const size = checkFrame(segments);
  if (!size.ok) return size;
  if (!segments.every(isSoundSegment)) return err("damaged");
  const rest = checkRest(bytes, picture.end, findApp(segments, 2, PICTURES) !== undefined);
  if (rest !== null) return err(rest);
  const orientation = readOrientation(findApp(segments, 1, EXIF) ?? new Uint8Array());
  const kept = [
    [0xff, SOI],
    ...writeApps(segments, orientation),
    ...segments
      .filter(({ code }) => TABLES.includes(code) || isFrame(code) || code === SOS)
      .flatMap(({ code, data, coded }) => [...writeSegment(code, data), coded]),
    [0xff, EOI],
  ];
  return ok({ type: "image/jpeg", ...turned(size.value, orientation), bytes: joinBytes(kept) });
}

const isFrame = (code: number): boolean =>
  code >= SOF0 && code <= SOF15 && code !== DHT && code !== JPG && code !== DAC;

/** One frame of a kind that browsers show, before one scan at least. */
function checkFrame(segments: readonly Segment[]): Result<Size, ImageProblem> {
  const frames = segments.filter(({ code }) => isFrame(code));
  const scans = segments.filter(({ code }) => code === SOS);
  const [frame] = frames;
  const [scan] = scans;
  if (!frame || !scan || frames.length > 1 || scans.length > MAX_SCANS) return err("damaged");
  if (segments.indexOf(scan) < segments.indexOf(frame)) return err("damaged");
  // T.81 B.2.2. Lossless, hierarchical and arithmetic ones, and those of 12 bits, are for others.
  if (frame.code > SOF2 || frame.data[0] !== 8) return err("unknown_format");
  return checkSize({ width: readUint(frame.data, 3, 2), height: readUint(frame.data, 1, 2) });
}

/**
 * Phones put more pictures behind the one that is shown, a gain map or a depth map, and announce them
 * (CIPA DC-007). Those stay behind; nothing else may stand there.
 */
function checkRest(bytes: Uint8Array, start: number, hasPictures: boolean): ImageProblem | null {
  for (let at = start; at < bytes.length; ) {
    const isPicture = hasPictures && readText(bytes, at, JPEG_SIGNATURE.length) === JPEG_SIGNATURE;
    const next = isPicture ? readSegments(bytes, at) : null;
    if (next === null) return "trailing_data";
    at = next.end;
  }
  return null;
}

/** The data behind the name of a kind, of the first segment of an application before the first scan. */
function findApp(segments: readonly Segment[], number: number, name: string): Uint8Array | undefined {
  const scan = segments.findIndex(({ code }) => code === SOS);
  const found = segments.find(
    ({ code, data }, i) => i < scan && code === APP0 + number && readText(data, 0, name.length) === name,
  );
  return found?.data.subarray(name.length);
}

/** What applications say of the colours and of the way up. JFIF and Adobe tell how colours are coded. */
function writeApps(segments: readonly Segment[], orientation: number): ArrayLike<number>[] {
  const adobe = findApp(segments, 14, ADOBE);
  const profile = findApp(segments, 2, PROFILE);
  // Number and count of its parts; larger ones are tables, which are not kept.
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
