import { readUint } from "./byte-reader.ts";

// Marker codes with their names in ITU-T T.81, table B.1. A byte 0xFF precedes each.
export const SOF0 = 0xc0;
export const SOF2 = 0xc2;
export const DHT = 0xc4;
export const JPG = 0xc8;
export const DAC = 0xcc;
export const SOF15 = 0xcf;
export const RST0 = 0xd0;
const RST7 = 0xd7;
export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DQT = 0xdb;
export const DRI = 0xdd;
export const APP0 = 0xe0;

export type Segment = {
  readonly code: number;
  /** The parameters, without marker and length. */
  readonly data: Uint8Array;
  /** The entropy-coded data of a scan; empty for other segments. */
  readonly coded: Uint8Array;
};

/** More than any encoder writes. Each segment costs memory, and a Worker has 128 MB in total. */
const MAX_SEGMENTS = 2000;

/** The segments from SOI to EOI. Null if they are malformed. Bytes after EOI are not read. */
export function readSegments(bytes: Uint8Array): readonly Segment[] | null {
  const segments: Segment[] = [];
  for (let at = 2; at < bytes.length && segments.length < MAX_SEGMENTS; ) {
    if (bytes[at] !== 0xff) return null;
    // B.1.1.2: any marker may be preceded by fill bytes.
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at] ?? 0;
    at += 1;
    if (code === EOI) return segments;
    const end = at + readUint(bytes, at, 2);
    // Markers without parameters are not allowed between segments.
    const hasParameters = code >= SOF0 && (code < RST0 || code > SOI);
    if (!hasParameters || end < at + 2 || end > bytes.length) return null;
    const data = bytes.subarray(at + 2, end);
    at = code === SOS ? endOfScan(bytes, end) : end;
    segments.push({ code, data, coded: bytes.subarray(end, at) });
  }
  return null;
}

/** B.1.1.5: in coded data a zero follows each 0xFF; restart markers divide the data, any other marker ends it. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at)) {
    const first = at;
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at] ?? 0;
    const isInside = code === 0 || (code >= RST0 && code <= RST7);
    if (!isInside) return first;
  }
  return bytes.length;
}
