import { readUint, readUintLE } from "./byte-reader.ts";

// The runtime's decompressor buffers its whole output: 2 MiB of PNG could take 2 GiB of memory before
// the first byte is counted. This parser counts the output without storing it.

type Stream = {
  readonly bytes: Uint8Array;
  /** Read position in bits. */
  at: number;
  /** Bytes of output so far. */
  length: number;
};

/** A Huffman code: symbols in code order, and the number of codes of each length in bits. */
type Code = { readonly symbols: readonly number[]; readonly counts: readonly number[] };
type Codes = { readonly literals: Code; readonly distances: Code };

const MAX_CODE_BITS = 15;
const END_OF_BLOCK = 256;
const MAX_LITERALS = 286;
const MAX_DISTANCES = 30;

/**
 * The number of bytes that a zlib stream (RFC 1950, RFC 1951) inflates to. Null if the stream is malformed
 * or followed by other bytes. The checksum is not verified: it covers the output, which is not stored.
 */
export function inflatedLength(bytes: Uint8Array): number | null {
  const header = readUint(bytes, 0, 2);
  // RFC 1950 §2.2: deflate, a window of at most 32 KiB, no preset dictionary.
  if ((header & 0x8f20) !== 0x0800 || header % 31 !== 0) return null;
  const stream: Stream = { bytes, at: 16, length: 0 };
  for (let isLast = false; !isLast; ) {
    isLast = readBits(stream, 1) === 1;
    if (!skipBlock(stream, readBits(stream, 2))) return null;
  }
  return Math.ceil(stream.at / 8) + 4 === bytes.length ? stream.length : null;
}

function skipBlock(stream: Stream, kind: number): boolean {
  if (kind === 0) return skipStored(stream);
  const codes = kind === 1 ? FIXED_CODES : kind === 2 ? readCodes(stream) : null;
  return codes !== null && skipCoded(stream, codes);
}

const isPastEnd = ({ bytes, at }: Stream): boolean => at > bytes.length * 8;

/** Reads bits, the least significant first. Bits past the end are zero. */
function readBits(stream: Stream, count: number): number {
  let bits = 0;
  for (let i = 0; i < count; i++, stream.at++) {
    bits |= (((stream.bytes[stream.at >> 3] ?? 0) >> (stream.at & 7)) & 1) << i;
  }
  return bits;
}

/** RFC 1951 §3.2.4. */
function skipStored(stream: Stream): boolean {
  const start = Math.ceil(stream.at / 8);
  const length = readUintLE(stream.bytes, start, 2);
  stream.at = (start + 4 + length) * 8;
  stream.length += length;
  return readUintLE(stream.bytes, start + 2, 2) === (length ^ 0xffff) && !isPastEnd(stream);
}

function skipCoded(stream: Stream, { literals, distances }: Codes): boolean {
  for (;;) {
    const symbol = readSymbol(stream, literals);
    if (symbol === END_OF_BLOCK) return !isPastEnd(stream);
    if (symbol < 0 || symbol >= MAX_LITERALS || isPastEnd(stream)) return false;
    if (symbol < END_OF_BLOCK) {
      stream.length += 1;
      continue;
    }
    // §3.2.5: copies `length` bytes from `distance` bytes before.
    const length = symbol === MAX_LITERALS - 1 ? 258 : 3 + readStepped(stream, symbol - END_OF_BLOCK - 1, 4);
    const distance = readSymbol(stream, distances);
    if (distance < 0 || distance >= MAX_DISTANCES) return false;
    if (readStepped(stream, distance, 2) >= stream.length) return false;
    stream.length += length;
  }
}

/** Both tables of §3.2.5 follow one rule: after every `step` symbols, each symbol has one more extra bit. */
function readStepped(stream: Stream, symbol: number, step: number): number {
  const extraBits = Math.max((symbol / step - 1) | 0, 0);
  const base = extraBits > 0 ? (step + (symbol % step)) << extraBits : symbol;
  return base + readBits(stream, extraBits);
}

/** The next symbol, or -1 if the bits are not a code. */
function readSymbol(stream: Stream, { symbols, counts }: Code): number {
  let code = 0;
  let firstOfLength = 0;
  let before = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    code = (code << 1) | readBits(stream, 1);
    firstOfLength <<= 1;
    const count = counts[bits] ?? 0;
    if (code < firstOfLength + count) return symbols[before + code - firstOfLength] ?? -1;
    before += count;
    firstOfLength += count;
  }
  return -1;
}

/** RFC 1951 §3.2.2. Null if the code is oversubscribed, or incomplete where that is not allowed. */
function codeOf(lengths: Uint8Array, allowSingle: boolean): Code | null {
  const symbols: number[] = [];
  const counts = [0];
  let free = 1;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    const before = symbols.length;
    for (let at = lengths.indexOf(bits); at >= 0; at = lengths.indexOf(bits, at + 1)) symbols.push(at);
    const count = symbols.length - before;
    counts.push(count);
    free = free * 2 - count;
    if (free < 0) return null;
  }
  const isSingle = symbols.length === counts[1] && symbols.length < 2;
  return free === 0 || (allowSingle && isSingle) ? { symbols, counts } : null;
}

// RFC 1951 §3.2.7: the code lengths of a block are Huffman-coded; that code's own lengths come in this order.
const ORDER_OF_LENGTHS = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function readCodes(stream: Stream): Codes | null {
  const literalCount = 257 + readBits(stream, 5);
  const distanceCount = 1 + readBits(stream, 5);
  const lengthCount = 4 + readBits(stream, 4);
  if (literalCount > MAX_LITERALS || distanceCount > MAX_DISTANCES) return null;
  const lengthLengths = new Uint8Array(ORDER_OF_LENGTHS.length);
  for (const symbol of ORDER_OF_LENGTHS.slice(0, lengthCount)) lengthLengths[symbol] = readBits(stream, 3);
  const lengthCode = codeOf(lengthLengths, false);
  const lengths = lengthCode && readLengths(stream, lengthCode, literalCount + distanceCount);
  return lengths && codesOf(lengths.subarray(0, literalCount), lengths.subarray(literalCount));
}

function readLengths(stream: Stream, code: Code, count: number): Uint8Array | null {
  const lengths = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const symbol = readSymbol(stream, code);
    if (symbol < 0 || (symbol === 16 && at === 0)) return null;
    // 16 repeats the previous length, 17 and 18 repeat zero; any other symbol is a length.
    const start = at;
    at += symbol < 16 ? 1 : symbol < 18 ? 3 + readBits(stream, symbol - 14) : 11 + readBits(stream, 7);
    lengths.fill((symbol > 16 ? 0 : symbol < 16 ? symbol : lengths[start - 1]) ?? 0, start, at);
    if (at > count) return null;
  }
  return lengths;
}

function codesOf(literalLengths: Uint8Array, distanceLengths: Uint8Array): Codes | null {
  const literals = codeOf(literalLengths, true);
  const distances = codeOf(distanceLengths, true);
  return literals && distances && { literals, distances };
}

// RFC 1951 §3.2.6.
const FIXED_LENGTHS = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
const FIXED_CODES = codesOf(FIXED_LENGTHS, new Uint8Array(32).fill(5));
