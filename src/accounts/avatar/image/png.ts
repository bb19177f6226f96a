import { err, ok, type Result } from "../../../core/result.ts";
import { joinBytes, readUint, textBytes } from "./byte-reader.ts";
import { checkSize, type Image, type ImageProblem, type Size } from "./image.ts";
import { inflatedLength } from "./inflated-length.ts";
import { orientedSize, readOrientation, writeOrientation } from "./orientation.ts";
import { type Chunk, PNG_SIGNATURE, readChunks, writeChunk } from "./png-chunks.ts";

type Header = Size & {
  readonly depth: number;
  readonly colourType: number;
  readonly channels: number;
  readonly interlaced: boolean;
};

// PNG 3 §11.2.1: channels and bit depths of each colour type.
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const PALETTE = 3;
const CRITICAL = ["IHDR", "PLTE", "IDAT", "IEND"];
// Chunks of fixed length that define the colours.
const COLOUR_CHUNKS = { cICP: 4, sRGB: 1, gAMA: 4, cHRM: 32 } as const;
// Bytes of the transparent colour, by colour type; other types have an alpha channel or a palette.
const TRANSPARENT_BYTES: Readonly<Record<number, number>> = { 0: 2, 2: 6 };
// §8.1: first column and row of each interlacing pass, and its steps.
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Writes a new PNG of the pixels and the chunks that define their colours. */
export function cleanPng(bytes: Uint8Array): Result<Image, ImageProblem> {
  const read = readChunks(bytes);
  if (!read.ok) return read;
  const chunks = read.value;
  const header = readHeader(chunks);
  if (!header.ok) return header;
  // §4.9: this chunk makes a PNG animated.
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
  return ok({ type: "image/png", ...orientedSize(header.value, orientation), bytes: joinBytes(kept) });
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
  const isValid = kind?.depths.includes(depth) && compression === 0 && filter === 0 && interlace <= 1;
  // §5.4: a chunk with a capital initial is critical; a decoder that does not know it cannot display the image.
  const isKnown = others.every(({ name }) => /^[^A-Z]/.test(name) || CRITICAL.indexOf(name) > 0);
  if (!kind || !isValid || !isKnown) return err("damaged");
  return ok({ ...size.value, depth, colourType, channels: kind.channels, interlaced: interlace === 1 });
}

/** §5.6: the IDAT chunks are consecutive and form one stream. Null if they are not. */
function joinPixels(chunks: readonly Chunk[]): Uint8Array | null {
  const first = chunks.findIndex(({ name }) => name === "IDAT");
  const last = chunks.findLastIndex(({ name }) => name === "IDAT");
  const run = chunks.slice(Math.max(first, 0), last + 1);
  return run.every(({ name }) => name === "IDAT") ? joinBytes(run.map(({ data }) => data)) : null;
}

/** The bytes of all rows. §7.2: a filter type byte precedes each row. */
function pixelBytes({ width, height, depth, channels, interlaced }: Header): number {
  const passes = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  return passes.reduce((total, [column, row, columnStep, rowStep]) => {
    const columns = Math.ceil((width - column) / columnStep);
    const rows = Math.ceil((height - row) / rowStep);
    const rowBytes = 1 + Math.ceil((columns * depth * channels) / 8);
    return columns > 0 && rows > 0 ? total + rows * rowBytes : total;
  }, 0);
}

/** The chunks before the pixels: colour space, palette, transparency. Null if a required palette is missing. */
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
    const isValid = transparent?.length === TRANSPARENT_BYTES[header.colourType];
    return transparent && isValid ? [...written, writeChunk("tRNS", transparent)] : written;
  }
  const palette = find(before, "PLTE");
  if (!palette || palette.length === 0 || palette.length % 3 !== 0) return null;
  // No pixel can refer to a later entry.
  const colours = palette.subarray(0, 3 << header.depth);
  written.push(writeChunk("PLTE", colours));
  if (transparent) written.push(writeChunk("tRNS", transparent.subarray(0, colours.length / 3)));
  return written;
}
