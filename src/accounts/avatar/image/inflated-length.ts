import { readUint, readUintLE } from "./byte-reader.ts";

// The runtime's own decompressor hands on what it has only when it has everything: of 2 MiB of PNG,
// 2 GiB would lie in memory before the first byte could be counted. This counts, and holds nothing.

type Stream = {
  readonly bytes: Uint8Array;
  /** In bits. */
  at: number;
  length: number;
};

/** Symbols in the order of their codes, and how many there are of each length in bits. */
type Code = { readonly symbols: readonly number[]; readonly counts: readonly number[] };
type Codes = { readonly literals: Code; readonly distances: Code };

const MAX_CODE_BITS = 15;
const END_OF_BLOCK = 256;
const MAX_LITERALS = 286;
const MAX_DISTANCES = 30;

/**
 * How many bytes a zlib stream (RFC 1950, RFC 1951) stands for. Null when it is not sound, or followed by
 * anything. Its checksum is of the bytes that are not there, and is not compared.
 */
export function inflatedLength(bytes: Uint8Array): number | null {
  const header = readUint(bytes, 0, 2);
  // RFC 1950 §2.2: deflate, a window of 32 KiB at most, no preset dictionary.
  if ((header & 0x8f20) !== 0x0800 || header % 31 !== 0) return null;
  const stream: Stream = { bytes, at: 16, length: 0 };
  for (let isLast = false; !isLast; ) {
    isLast = takeBits(stream, 1) === 1;
    if (!skipBlock(stream, takeBits(stream, 2))) return null;
  }
  return Math.ceil(stream.at / 8) + 4 === bytes.length ? stream.length : null;
}

function skipBlock(stream: Stream, kind: number): boolean {
  if (kind === 0) return skipStored(stream);
  const codes = kind === 1 ? FIXED_CODES : kind === 2 ? readCodes(stream) : null;
  return codes !== null && skipCoded(stream, codes);
}

const isBehindEnd = ({ bytes, at }: Stream): boolean => at > bytes.length * 8;

/** The least bit first. Behind the end there are zeros. */
function takeBits(stream: Stream, count: number): number {
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
  return readUintLE(stream.bytes, start + 2, 2) === (length ^ 0xffff) && !isBehindEnd(stream);
}

function skipCoded(stream: Stream, { literals, distances }: Codes): boolean {
  for (;;) {
    const symbol = takeSymbol(stream, literals);
    if (symbol === END_OF_BLOCK) return !isBehindEnd(stream);
    if (symbol < 0 || symbol >= MAX_LITERALS || isBehindEnd(stream)) return false;
    if (symbol < END_OF_BLOCK) {
      stream.length += 1;
      continue;
    }
    // §3.2.5: so many bytes again, from some distance before.
    const length = symbol === MAX_LITERALS - 1 ? 258 : 3 + takeStepped(stream, symbol - END_OF_BLOCK - 1, 4);
    const distance = takeSymbol(stream, distances);
    if (distance < 0 || distance >= MAX_DISTANCES) return false;
    if (takeStepped(stream, distance, 2) >= stream.length) return false;
    stream.length += length;
  }
}

/** Both tables of §3.2.5 follow one rule: every so many symbols, there is one more bit behind each. */
function takeStepped(stream: Stream, symbol: number, each: number): number {
  const extraBits = Math.max((symbol / each - 1) | 0, 0);
  const base = extraBits > 0 ? (each + (symbol % each)) << extraBits : symbol;
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
  return free === 0 || (mayBeSingle && isSingle) ? { symbols, counts } : null;
}

// RFC 1951 §3.2.7: the lengths of the codes of a block are in code themselves, and its lengths come so.
const ORDER_OF_LENGTHS = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function readCodes(stream: Stream): Codes | null {
  const literalCount = 257 + takeBits(stream, 5);
  const distanceCount = 1 + takeBits(stream, 5);
  const lengthCount = 4 + takeBits(stream, 4);
  if (literalCount > MAX_LITERALS || distanceCount > MAX_DISTANCES) return null;
  const lengthLengths = new Uint8Array(ORDER_OF_LENGTHS.length);
  for (const place of ORDER_OF_LENGTHS.slice(0, lengthCount)) lengthLengths[place] = takeBits(stream, 3);
  const lengthCode = codeOf(lengthLengths, false);
  const lengths = lengthCode && readLengths(stream, lengthCode, literalCount + distanceCount);
  return lengths && codesOf(lengths.subarray(0, literalCount), lengths.subarray(literalCount));
}

function readLengths(stream: Stream, code: Code, count: number): Uint8Array | null {
  const lengths = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const symbol = takeSymbol(stream, code);
    if (symbol < 0 || (symbol === 16 && at === 0)) return null;
    // 16 repeats the last one, 17 and 18 stand for zeros; any other for itself.
    const start = at;
    at += symbol < 16 ? 1 : symbol < 18 ? 3 + takeBits(stream, symbol - 14) : 11 + takeBits(stream, 7);
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
