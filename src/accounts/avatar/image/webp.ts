import { err, ok, type Result } from "../../../core/result.ts";
import { joinBytes, readText, readUintLE, textBytes, uintBytesLE } from "./byte-reader.ts";
import { cleanProfile } from "./colour-profile.ts";
import { checkSize, type Image, type ImageProblem, type Size } from "./image.ts";
import { orientedSize, readOrientation, writeOrientation } from "./orientation.ts";

/** Chunks by name (RFC 9649 §2.3), in file order; only the first of each name. */
type Chunks = ReadonlyMap<string, Uint8Array>;
type Pixels = Size & {
  readonly name: "VP8 " | "VP8L";
  readonly data: Uint8Array;
  readonly hasAlpha: boolean;
};

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
// RFC 9649 §2.7: the feature flags in the first byte of VP8X.
const flag = { profile: 0x20, alpha: 0x10, exif: 0x08, animation: 0x02 } as const;

export const isWebp = (bytes: Uint8Array): boolean =>
  readText(bytes, 0, 4) === "RIFF" && readText(bytes, 8, 4) === "WEBP";

/** Writes a new WebP of the coded pixels and the chunks that define their colours. */
export function cleanWebp(bytes: Uint8Array): Result<Image, ImageProblem> {
  const length = readUintLE(bytes, 4, 4) + 8;
  // Bytes after the declared length are not read, so the new file drops them.
  const chunks = length > bytes.length ? null : readChunks(bytes.subarray(0, length));
  if (chunks === null) return err("damaged");
  const extended = chunks.get("VP8X");
  const isAnimated =
    chunks.has("ANIM") || chunks.has("ANMF") || ((extended?.[0] ?? 0) & flag.animation) !== 0;
  if (isAnimated) return err("animated");
  const canvas = extended && checkSize(canvasOf(extended));
  if (canvas && !canvas.ok) return canvas;
  const pixels = readPixels(chunks);
  if (pixels === null) return err("damaged");
  const size = checkSize(pixels);
  if (!size.ok) return size;
  const { width, height } = pixels;
  if (canvas && (canvas.value.width !== width || canvas.value.height !== height)) return err("damaged");
  const orientation = readOrientation(chunks.get("EXIF") ?? new Uint8Array());
  const file = writeFile(chunks, pixels, orientation);
  return ok({ type: "image/webp", ...orientedSize({ width, height }, orientation), bytes: file });
}

/** Null if a chunk is truncated. */
function readChunks(bytes: Uint8Array): Chunks | null {
  const chunks = new Map<string, Uint8Array>();
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const name = readText(bytes, at, 4);
    const start = at + CHUNK_HEADER_BYTES;
    const end = start + readUintLE(bytes, at + 4, 4);
    if (end > bytes.length) return null;
    if (!chunks.has(name)) chunks.set(name, bytes.subarray(start, end));
    // A padding byte follows a chunk of odd length; some encoders omit it at the end of the file.
    at = end + (end % 2);
  }
  return at >= bytes.length ? chunks : null;
}

const canvasOf = (extended: Uint8Array): Size => ({
  width: extended.length === 10 ? readUintLE(extended, 4, 3) + 1 : 0,
  height: readUintLE(extended, 7, 3) + 1,
});

/** The image and the size in its own header. Null unless there is exactly one. */
function readPixels(chunks: Chunks): Pixels | null {
  const [first = ""] = chunks.keys();
  const lossy = chunks.get("VP8 ");
  const lossless = chunks.get("VP8L");
  const isFirst = first === "VP8X" || first === "VP8 " || first === "VP8L";
  if (!isFirst || (lossy && lossless)) return null;
  if (lossy) return readLossy(lossy, first === "VP8X" ? chunks.get("ALPH") : undefined);
  return lossless ? readLossless(lossless) : null;
}

/** RFC 6386 §9.1: a frame tag, a start code, and 14 bits for each side. */
function readLossy(data: Uint8Array, alpha: Uint8Array | undefined): Pixels | null {
  const tag = readUintLE(data, 0, 3);
  const isKeyFrame = (tag & 1) === 0;
  const firstPartition = tag >>> 5;
  const isValid = readText(data, 3, 3) === "\x9d\x01\x2a" && 10 + firstPartition <= data.length;
  if (!isKeyFrame || !isValid) return null;
  const width = readUintLE(data, 6, 2) & 0x3fff;
  const height = readUintLE(data, 8, 2) & 0x3fff;
  // RFC 9649 §2.7.1.2: alpha is uncompressed, one byte per pixel, or compressed.
  const method = alpha ? (alpha[0] ?? 0) & 3 : 1;
  if (method > 1 || (method === 0 && alpha?.length !== 1 + width * height)) return null;
  return { name: "VP8 ", data, width, height, hasAlpha: alpha !== undefined };
}

/** RFC 9649 §3.4: a signature, 14 bits for each side minus one, one alpha bit, three version bits. */
function readLossless(data: Uint8Array): Pixels | null {
  const bits = readUintLE(data, 1, 4);
  if (data.length <= 5 || data[0] !== 0x2f || bits >>> 29 !== 0) return null;
  const width = (bits & 0x3fff) + 1;
  const height = ((bits >>> 14) & 0x3fff) + 1;
  return { name: "VP8L", data, width, height, hasAlpha: ((bits >>> 28) & 1) === 1 };
}

function writeFile(chunks: Chunks, pixels: Pixels, orientation: number): Uint8Array<ArrayBuffer> {
  const profile = cleanProfile(chunks.get("ICCP") ?? new Uint8Array());
  const alpha = pixels.name === "VP8 " && pixels.hasAlpha ? chunks.get("ALPH") : undefined;
  const exif = orientation === 1 ? null : writeOrientation(orientation);
  const kept: ArrayLike<number>[] = [];
  if (profile || alpha || exif) {
    const flags = (profile ? flag.profile : 0) | (pixels.hasAlpha ? flag.alpha : 0) | (exif ? flag.exif : 0);
    const sides = [...uintBytesLE(pixels.width - 1, 3), ...uintBytesLE(pixels.height - 1, 3)];
    kept.push(...writeChunk("VP8X", [flags, 0, 0, 0, ...sides]));
  }
  if (profile) kept.push(...writeChunk("ICCP", profile));
  if (alpha) kept.push(...writeChunk("ALPH", alpha));
  kept.push(...writeChunk(pixels.name, pixels.data));
  if (exif) kept.push(...writeChunk("EXIF", exif));
  const body = joinBytes([textBytes("WEBP"), ...kept]);
  return joinBytes([textBytes("RIFF"), uintBytesLE(body.length, 4), body]);
}

const writeChunk = (name: string, data: ArrayLike<number>): ArrayLike<number>[] => [
  textBytes(name),
  uintBytesLE(data.length, 4),
  data,
  data.length % 2 === 0 ? [] : [0],
];
