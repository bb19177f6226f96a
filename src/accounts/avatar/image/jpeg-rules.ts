import { readUint } from "./byte-reader.ts";
import { DHT, DQT, DRI, type Segment, SOF0, SOF2, SOS } from "./jpeg-segments.ts";

// ITU-T T.81 B.2.2 and B.2.3: bytes per component in a frame header and in a scan header.
const FRAME_COMPONENT_BYTES = 3;
const SCAN_COMPONENT_BYTES = 2;
const COMPONENT_COUNTS = [1, 3, 4];
const HUFFMAN_LENGTHS = 16;

/** Whether a copied segment contains exactly the data of its kind, without unused bytes. */
export function isValidSegment({ code, data }: Segment): boolean {
  switch (code) {
    case DHT:
      return isTiled(data, (at) => {
        const counts = data.subarray(at + 1, at + 1 + HUFFMAN_LENGTHS);
        return 1 + HUFFMAN_LENGTHS + counts.reduce((total, count) => total + count, 0);
      });
    case DQT:
      // 64 numbers; the upper four bits of the first byte give the bytes per number.
      return isTiled(data, (at) => 1 + ((data[at] ?? 0) > 0x0f ? 128 : 64));
    case DRI:
      return data.length === 2;
    case SOS:
      return data.length === 4 + SCAN_COMPONENT_BYTES * (data[0] ?? 0) && readUint(data, 0, 1) > 0;
    case SOF0:
    case SOF0 + 1:
    case SOF2:
      return (
        COMPONENT_COUNTS.includes(data[5] ?? 0) && data.length === 6 + FRAME_COMPONENT_BYTES * (data[5] ?? 0)
      );
    default:
      return true;
  }
}

/** Whether tables of these lengths fill the data exactly. */
function isTiled(data: Uint8Array, lengthAt: (at: number) => number): boolean {
  let at = 0;
  while (at < data.length) at += lengthAt(at);
  return at === data.length;
}
