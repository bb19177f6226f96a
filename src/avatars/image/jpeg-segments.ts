import { readUint } from "./byte-reader.ts";

/** Marker codes (ITU-T T.81, table B.1), without the 0xFF before each. */
export const marker = {
  baselineFrame: 0xc0,
  progressiveFrame: 0xc2,
  huffmanTables: 0xc4,
  reserved: 0xc8,
  arithmeticConditioning: 0xcc,
  lastFrame: 0xcf,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantization: 0xdb,
  restartInterval: 0xdd,
  app0: 0xe0,
} as const;

export type Segment = {
  readonly code: number;
  /** The parameters, without marker and length. */
  readonly data: Uint8Array;
  /** What a scan is coded in; empty for others. */
  readonly coded: Uint8Array;
};

/** What lies between the start of a picture and its end, and where it ends. Null when it is cut off. */
export function readSegments(
  bytes: Uint8Array,
  start: number,
): { segments: readonly Segment[]; end: number } | null {
  const segments: Segment[] = [];
  for (let at = start + 2; at < bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    // B.1.1.2: any marker may be preceded by fill bytes.
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at] ?? 0;
    at += 1;
    if (code === marker.end) return { segments, end: at };
    const end = at + readUint(bytes, at, 2);
    // Markers without parameters have no place between segments.
    const hasParameters = code >= marker.baselineFrame && (code < marker.firstRestart || code > marker.start);
    if (!hasParameters || end < at + 2 || end > bytes.length) return null;
    const data = bytes.subarray(at + 2, end);
    at = code === marker.scan ? endOfScan(bytes, end) : end;
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
    const isInside = code === 0 || (code >= marker.firstRestart && code <= marker.lastRestart);
    if (!isInside) return first;
  }
  return bytes.length;
}
