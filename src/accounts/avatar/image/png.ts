import { err, ok, type Result } from "../../../core/result.ts";
import { joinBytes, readUint, textBytes } from "./byte-reader.ts";
import { checkSize, type Image, type ImageProblem, type Size } from "./image.ts";
import { inflatedLength } from "./inflated-length.ts";
import { readOrientation, turned, writeOrientation } from "./orientation.ts";
import { type Chunk, PNG_SIGNATURE, readChunks, writeChunk } from "./png-chunks.ts";

type Header = Size & {
  readonly depth: number;
  readonly colourType: number;
  readonly channels: number;
  readonly interlaced: boolean;
};

// PNG 3 §11.2.1: what each colour type is made of.
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const PALETTE = 3;
const CRITICAL = ["IHDR", "PLTE", "IDAT", "IEND"];
// Chunks of one fixed length that say what the colours mean.
const COLOUR_CHUNKS = { cICP: 4, sRGB: 1, gAMA: 4, cHRM: 32 } as const;
// Bytes of the colour that is transparent, by colour type; the others have alpha, or a palette.
const TRANSPARENT_BYTES: Readonly<Record<number, number>> = { 0: 2, 2: 6 };
// §8.1: column and row where each pass of an interlaced picture begins, and its steps.
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A PNG of its pixels and of what gives them their colours, in chunks written anew. */
export function cleanPng(bytes: Uint8Array): Result<Image, ImageProblem> {
  const read = readChunks(bytes);
  if (!read.ok) return read;
  const chunks = read.value;
  const header = readHeader(chunks);
  if (!header.ok) return header;
  // §4.9: this chunk is what makes a PNG move.
  if (chunks.some(({ name }) => name === "acTL")) return err("animated");
  const pixels = joinPixels(chunks);
  if (pixels === null || inflatedLength(pixels) !== pixelBytes(header.value)) return err("damaged");
  const colours = writeColours(chunks, header.value);
  if (colours === null) return err("damaged");
  const orientation = readOrientation(find(chunks, "eXIf") ?? new Uint8Array());
  const kept = [
    textBytes(PNG_SIGNATURE),
    writeChunk("IHDR", chunks[0]?.data ?? []),
    ...colours,
    ...(orientation === 1 ? [] : [writeChunk("eXIf", writeOrientation(orientation))]),
    writeChunk("IDAT", pixels),
    writeChunk("IEND", []),
  ];
  return ok({ type: "image/png", ...turned(header.value, orientation), bytes: joinBytes(kept) });
}

const find = (chunks: readonly Chunk[], wanted: string): Uint8Array | undefined =>
  chunks.find(({ name }) => name === wanted)?.data;

function readHeader(chunks: readonly Chunk[]): Result<Header, ImageProblem> {
  const [first, ...others] = chunks;
  if (first?.name !== "IHDR" || first.data.length !== 13) return err("damaged");
  const size = checkSize({ width: readUint(first.data, 0, 4), height: readUint(first.data, 4, 4) });
  if (!size.ok) return size;
  const [depth = 0, colourType = 0, compression, filter, interlace = 0] = first.data.subarray(8);
  const kind = COLOUR_TYPES[colourType];
  const isSound = kind?.depths.includes(depth) && compression === 0 && filter === 0 && interlace <= 1;
  // §5.4: who does not know a chunk with a capital initial cannot show the picture.
  const isKnown = others.every(({ name }) => /^[^A-Z]/.test(name) || CRITICAL.indexOf(name) > 0);
  if (!kind || !isSound || !isKnown) return err("damaged");
  return ok({ ...size.value, depth, colourType, channels: kind.channels, interlaced: interlace === 1 });
}

/** §5.6: the chunks of pixels follow each other, and are one stream. */
function joinPixels(chunks: readonly Chunk[]): Uint8Array | null {
  const first = chunks.findIndex(({ name }) => name === "IDAT");
  const last = chunks.findLastIndex(({ name }) => name === "IDAT");
  const run = chunks.slice(Math.max(first, 0), last + 1);
  return run.every(({ name }) => name === "IDAT") ? joinBytes(run.map(({ data }) => data)) : null;
}

/** §7.2: a byte before each row says how it is filtered. */
function pixelBytes({ width, height, depth, channels, interlaced }: Header): number {
  const passes = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  return passes.reduce((total, [column, row, columnStep, rowStep]) => {
    const columns = Math.ceil((width - column) / columnStep);
    const rows = Math.ceil((height - row) / rowStep);
    const rowBytes = 1 + Math.ceil((columns * depth * channels) / 8);
    return columns > 0 && rows > 0 ? total + rows * rowBytes : total;
  }, 0);
}

/** What stands before the pixels: profile, palette, transparency. Null when a palette is needed and not there. */
function writeColours(chunks: readonly Chunk[], header: Header): Uint8Array<ArrayBuffer>[] | null {
  const before = chunks.slice(
    0,
    chunks.findIndex(({ name }) => name === "IDAT"),
  );
  const written: Uint8Array<ArrayBuffer>[] = [];
  for (const [name, length] of Object.entries(COLOUR_CHUNKS)) {
    const data = find(before, name);
    if (data?.length === length) written.push(writeChunk(name, data));
  }
  const transparent = find(before, "tRNS");
  if (header.colourType !== PALETTE) {
    const isSound = transparent?.length === TRANSPARENT_BYTES[header.colourType];
    return transparent && isSound ? [...written, writeChunk("tRNS", transparent)] : written;
  }
  const palette = find(before, "PLTE");
  if (!palette || palette.length === 0 || palette.length % 3 !== 0) return null;
  // No pixel can point behind this.
  const colours = palette.subarray(0, 3 << header.depth);
  written.push(writeChunk("PLTE", colours));
  if (transparent) written.push(writeChunk("tRNS", transparent.subarray(0, colours.length / 3)));
  return written;
}
