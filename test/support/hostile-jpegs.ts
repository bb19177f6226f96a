import {
  ascii,
  type HostileImage,
  hostileJpeg,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  patched,
  scriptBytes,
  tinyJpeg,
} from "./image-parts.ts";

const frameOffset = jpegMarker(0xc0);
const jpegSized = (width: number, height: number) =>
  patched(tinyJpeg, frameOffset + 5, [height >> 8, height & 0xff, width >> 8, width & 0xff]);
const jpegWithout = (code: number) => {
  const at = jpegMarker(code);
  const length = 2 + (tinyJpeg[at + 2] ?? 0) * 256 + (tinyJpeg[at + 3] ?? 0);
  return join(tinyJpeg.subarray(0, at), tinyJpeg.subarray(at + length));
};
const jpegScan = tinyJpeg.subarray(jpegMarker(0xda), -2);
const multiPicture = jpegSegment(0xe2, ascii("MPF\0MM\0*"));

/** JPEGs that the service must reject, each with the expected reason. */
export const hostileJpegs: Readonly<Record<string, HostileImage>> = {
  "a JPEG of 12 bits": hostileJpeg("unknown_format", patched(tinyJpeg, frameOffset + 4, [12])),
  "a JPEG with a restart marker outside its scans": hostileJpeg("damaged", jpegWith([0xff, 0xd0, 0, 2])),
  "a JPEG with its scan before its frame": hostileJpeg(
    "damaged",
    join([0xff, 0xd8], jpegScan, tinyJpeg.subarray(2, jpegMarker(0xda)), [0xff, 0xd9]),
  ),
  "a JPEG with fewer components than its frame declares": hostileJpeg(
    "damaged",
    join(
      [0xff, 0xd8],
      jpegSegment(0xc0, tinyJpeg.subarray(frameOffset + 4, frameOffset + 16)),
      jpegWithout(0xc0).subarray(2),
    ),
  ),
  "a JPEG followed by a script": hostileJpeg("trailing_data", join(tinyJpeg, scriptBytes)),
  "a JPEG followed by another JPEG": hostileJpeg("trailing_data", join(tinyJpeg, tinyJpeg)),
  "a multi-picture JPEG followed by a script": hostileJpeg(
    "trailing_data",
    join(jpegWith(multiPicture), scriptBytes),
  ),
  "a multi-picture JPEG with a second image, followed by a script": hostileJpeg(
    "trailing_data",
    join(jpegWith(multiPicture), tinyJpeg, scriptBytes),
  ),
  "a JPEG without its EOI marker": hostileJpeg("damaged", tinyJpeg.subarray(0, -2)),
  "a JPEG truncated in a table": hostileJpeg("damaged", tinyJpeg.subarray(0, 100)),
  "a JPEG of three bytes": hostileJpeg("damaged", tinyJpeg.subarray(0, 3)),
  "a JPEG without segments": hostileJpeg("damaged", join([0xff, 0xd8, 0xff, 0xd9])),
  "a JPEG without a frame": hostileJpeg("damaged", jpegWithout(0xc0)),
  "a JPEG without a scan": hostileJpeg("damaged", join(tinyJpeg.subarray(0, jpegMarker(0xda)), [0xff, 0xd9])),
  "a JPEG of two frames": hostileJpeg("damaged", jpegWith(tinyJpeg.subarray(frameOffset, frameOffset + 19))),
  "a JPEG of 65,535 × 65,535 pixels": hostileJpeg("dimensions_too_large", jpegSized(65_535, 65_535)),
  "a JPEG one pixel too high": hostileJpeg("dimensions_too_large", jpegSized(16, 4097)),
  "a JPEG of height 0": hostileJpeg("damaged", jpegSized(16, 0)),
  "a JPEG in arithmetic coding": hostileJpeg("unknown_format", patched(tinyJpeg, frameOffset + 1, [0xc9])),
  "a lossless JPEG": hostileJpeg("unknown_format", patched(tinyJpeg, frameOffset + 1, [0xc3])),
  "a JPEG with a script in a table": hostileJpeg("damaged", jpegWith(jpegSegment(0xdb, scriptBytes))),
  "a JPEG with a script after its Huffman tables": hostileJpeg(
    "damaged",
    jpegWith(jpegSegment(0xc4, join(new Uint8Array(17), scriptBytes))),
  ),
  "a JPEG with a script between its segments": hostileJpeg(
    "damaged",
    jpegWith(jpegSegment(0xfe, [0]), scriptBytes),
  ),
  "a JPEG of thousands of scans": hostileJpeg(
    "damaged",
    join(tinyJpeg.subarray(0, -2), ...Array.from({ length: 2_000 }, () => jpegScan), [0xff, 0xd9]),
  ),
};
