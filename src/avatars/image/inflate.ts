import { readUint, readUintLE } from "./byte-reader.ts";

// Web streams would do, but the runtime's decompressor holds back nothing: of 2 MiB written to it, 2 GiB
// lie in memory before the first one is read. This counts, and keeps only what it is asked to.

type Stream = {
  readonly bytes: Uint8Array;
  readonly limit: number;
  readonly into: Uint8Array | undefined;
  at: number;
  held: number;
  heldBits: number;
  length: number;
};

/** Symbols in the order of their codes, and how many there are of each length in bits. */
type Code = { readonly symbols: Uint16Array; readonly counts: Uint16Array };

type Codes = { readonly literals: Code; readonly distances: Code };

const MAX_CODE_BITS = 15;
const END_OF_BLOCK = 256;
const LENGTH_SYMBOLS = 29;
const DISTANCE_SYMBOLS = 30;

/**
 * How many bytes a zlib stream (RFC 1950, RFC 1951) stands for, and they themselves when there is
 * something to put them `into`, which then has the limit's length. Null when it is not sound, holds more
 * than the limit or is followed by anything. The checksum at its end is not compared.
 */
export function inflate(bytes: Uint8Array, limit: number, into?: Uint8Array): number | null {
  const method = readUint(bytes, 0, 2);
  // RFC 1950 §2.2: deflate, a window of 32 KiB at most, no preset dictionary.
  if ((method & 0x8f00) !== 0x0800 || method % 31 !== 0 || method & 0x20) return null;
  const stream: Stream = { bytes, limit, into, at: 2, held: 0, heldBits: 0, length: 0 };
  for (let last = 0; last === 0; ) {
    last = takeBits(stream, 1);
    if (!inflateBlock(stream, takeBits(stream, 2))) return null;
  }
  return stream.at + 4 === bytes.length ? stream.length : null;
}

function inflateBlock(stream: Stream, kind: number): boolean {
  if (kind === 0) return copyStored(stream);
  if (kind === 3) return false;
  const codes = kind === 1 ? FIXED_CODES : readCodes(stream);
  return codes !== null && inflateCoded(stream, codes);
}

/** Up to 16 bits, the least first. Behind the end they are zeros; `at` tells. */
function takeBits(stream: Stream, count: number): number {
  while (stream.heldBits < count) {
    stream.held |= (stream.bytes[stream.at++] ?? 0) << stream.heldBits;
    stream.heldBits += 8;
  }
  const bits = stream.held & ((1 << count) - 1);
  stream.held >>>= count;
  stream.heldBits -= count;
  return bits;
}

function copyStored(stream: Stream): boolean {
  stream.held = 0;
  stream.heldBits = 0;
  const length = readUintLE(stream.bytes, stream.at, 2);
  const start = stream.at + 4;
  const isSound = readUintLE(stream.bytes, stream.at + 2, 2) === (length ^ 0xffff);
  stream.at = start + length;
  if (!isSound || stream.at > stream.bytes.length || stream.length + length > stream.limit) return false;
  stream.into?.set(stream.bytes.subarray(start, stream.at), stream.length);
  stream.length += length;
  return true;
}

function inflateCoded(stream: Stream, { literals, distances }: Codes): boolean {
  for (;;) {
    const symbol = takeSymbol(stream, literals);
    if (symbol < 0 || stream.at > stream.bytes.length) return false;
    if (symbol === END_OF_BLOCK) return true;
    if (symbol < END_OF_BLOCK) {
      if (stream.length === stream.limit) return false;
      if (stream.into) stream.into[stream.length] = symbol;
      stream.length += 1;
    } else if (!copyBack(stream, symbol - END_OF_BLOCK - 1, distances)) return false;
  }
}

/** RFC 1951 §3.2.5: repeats what stood some distance before. */
function copyBack(stream: Stream, lengthSymbol: number, distances: Code): boolean {
  if (lengthSymbol >= LENGTH_SYMBOLS) return false;
  const isLongest = lengthSymbol === LENGTH_SYMBOLS - 1;
  const length = isLongest ? 258 : 3 + takeStepped(stream, lengthSymbol, 4);
  const distanceSymbol = takeSymbol(stream, distances);
  if (distanceSymbol < 0 || distanceSymbol >= DISTANCE_SYMBOLS) return false;
  const distance = 1 + takeStepped(stream, distanceSymbol, 2);
  if (distance > stream.length || stream.length + length > stream.limit) return false;
  const { into } = stream;
  for (let i = stream.length; into && i < stream.length + length; i++) into[i] = into[i - distance] ?? 0;
  stream.length += length;
  return true;
}

/** Both tables of §3.2.5 follow one rule: every so many symbols, there is one more bit behind each. */
function takeStepped(stream: Stream, symbol: number, each: number): number {
  const extraBits = Math.max(Math.floor(symbol / each) - 1, 0);
  const base = symbol < 2 * each ? symbol : (each + (symbol % each)) << extraBits;
  return base + takeBits(stream, extraBits);
}

/** The next symbol, or -1 when these bits are no code. */
function takeSymbol(stream: Stream, { symbols, counts }: Code): number {
  let code = 0;
  let firstOfLength = 0;
  let before = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    code = (code << 1) | takeBits(stream, 1);
    firstOfLength <<= 1;
    const count = counts[bits] ?? 0;
    if (code < firstOfLength + count) return symbols[before + code - firstOfLength] ?? -1;
    before += count;
    firstOfLength += count;
  }
  return -1;
}

/** RFC 1951 §3.2.2. Null when there are more codes than bits can tell apart, or fewer without need. */
function codeOf(lengths: Uint8Array, mayBeSingle: boolean): Code | null {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const bits of lengths) counts[bits] = (counts[bits] ?? 0) + 1;
  const used = lengths.length - (counts[0] ?? 0);
  const places = new Uint16Array(MAX_CODE_BITS + 1);
  let free = 1;
  for (let bits = 1, place = 0; bits <= MAX_CODE_BITS; bits++) {
    const count = counts[bits] ?? 0;
    places[bits] = place;
    place += count;
    free = free * 2 - count;
    if (free < 0) return null;
  }
  const isSingle = mayBeSingle && (used === 0 || (used === 1 && counts[1] === 1));
  if (free > 0 && !isSingle) return null;
  const symbols = new Uint16Array(used);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const bits = lengths[symbol] ?? 0;
    if (bits === 0) continue;
    symbols[places[bits] ?? 0] = symbol;
    places[bits] = (places[bits] ?? 0) + 1;
  }
  return { symbols, counts };
}

const ORDER_OF_LENGTHS = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** RFC 1951 §3.2.7: the codes of a block, themselves in code. */
function readCodes(stream: Stream): Codes | null {
  const literalCount = 257 + takeBits(stream, 5);
  const distanceCount = 1 + takeBits(stream, 5);
  const lengthCount = 4 + takeBits(stream, 4);
  if (literalCount > 286 || distanceCount > DISTANCE_SYMBOLS) return null;
  const lengthLengths = new Uint8Array(ORDER_OF_LENGTHS.length);
  for (let i = 0; i < lengthCount; i++) lengthLengths[ORDER_OF_LENGTHS[i] ?? 0] = takeBits(stream, 3);
  const lengthCode = codeOf(lengthLengths, false);
  const lengths = lengthCode && readLengths(stream, lengthCode, literalCount + distanceCount);
  return lengths && codesOf(lengths.subarray(0, literalCount), lengths.subarray(literalCount));
}

function codesOf(literalLengths: Uint8Array, distanceLengths: Uint8Array): Codes | null {
  const literals = codeOf(literalLengths, true);
  const distances = codeOf(distanceLengths, true);
  return literals && distances && { literals, distances };
}

function readLengths(stream: Stream, code: Code, count: number): Uint8Array | null {
  const lengths = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const symbol = takeSymbol(stream, code);
    if (symbol < 0 || (symbol === 16 && at === 0)) return null;
    const repeated = symbol === 16 ? (lengths[at - 1] ?? 0) : symbol < 16 ? symbol : 0;
    const end = at + takeRepeats(stream, symbol);
    if (end > count) return null;
    lengths.fill(repeated, at, end);
    at = end;
  }
  return lengths;
}

function takeRepeats(stream: Stream, symbol: number): number {
  if (symbol < 16) return 1;
  return symbol === 18 ? 11 + takeBits(stream, 7) : 3 + takeBits(stream, symbol - 14);
}

// RFC 1951 §3.2.6.
const FIXED_LENGTHS = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
const FIXED_CODES = codesOf(FIXED_LENGTHS, new Uint8Array(32).fill(5));
