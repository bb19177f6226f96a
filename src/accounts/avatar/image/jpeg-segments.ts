import { readUint } from "./byte-reader.ts";

// Marker codes, and their names in ITU-T T.81, table B.1. A byte of 0xFF stands before each.
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
  /** What a scan is coded in; empty for others. */
  readonly coded: Uint8Array;
};

/** More than any camera or program writes; each costs memory, and a Worker has 128 MB for everything. */
const MAX_SEGMENTS = 2000;

/** What lies between the start of a picture and its end, and where it ends. Null when it is not sound. */
export function readSegments(
  bytes: Uint8Array,
  start: number,
): { segments: readonly Segment[]; end: number } | null {
  const segments: Segment[] = [];
  for (let at = start + 2; at < bytes.length && segments.length < MAX_SEGMENTS; ) {
    if (bytes[at] !== 0xff) return null;
    // B.1.1.2: any marker may be preceded by fill bytes.
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at] ?? 0;
    at += 1;
    if (code === EOI) return { segments, end: at };
    const end = at + readUint(bytes, at, 2);
    // Markers without parameters have no place between segments.
    const hasParameters = code >= SOF0 && (code < RST0 || code > SOI);
    if (!hasParameters || end < at + 2 || end > bytes.length) return null;
    const data = bytes.subarray(at + 2, end);
    at = code === SOS ? endOfScan(bytes, end) : end;
    segments.push({ code, data, coded: bytes.subarray(end, at) });
  }
  return null;
}

/** B.1.1.5: in coded data, 0xFF is followed by a zero; restart markers divide it, any other ends it. */
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
