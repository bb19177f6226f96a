import {
  ascii,
  type Bytes,
  type HostileImage,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  patched,
  SCRIPT,
  tinyJpeg,
} from "./image-parts.ts";

const script = ascii(SCRIPT);
const asJpeg = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/jpeg", problem });
const frame = jpegMarker(0xc0);
const jpegSized = (width: number, height: number) =>
  patched(tinyJpeg, frame + 5, [height >> 8, height & 0xff, width >> 8, width & 0xff]);
const jpegWithout = (code: number) => {
  const at = jpegMarker(code);
  const length = 2 + (tinyJpeg[at + 2] ?? 0) * 256 + (tinyJpeg[at + 3] ?? 0);
  return join(tinyJpeg.subarray(0, at), tinyJpeg.subarray(at + length));
};
const jpegScan = tinyJpeg.subarray(jpegMarker(0xda), -2);
const pictures = jpegSegment(0xe2, ascii("MPF\0MM\0*"));

/** JPEGs that are to be refused, and for what reason. */
export const hostileJpegs: Readonly<Record<string, HostileImage>> = {
  "a JPEG of 12 bits": asJpeg("unknown_format", patched(tinyJpeg, frame + 4, [12])),
  "a JPEG with a restart outside of its scans": asJpeg("damaged", jpegWith([0xff, 0xd0, 0, 2])),
  "a JPEG whose scan comes before its frame": asJpeg(
    "damaged",
    join([0xff, 0xd8], jpegScan, tinyJpeg.subarray(2, jpegMarker(0xda)), [0xff, 0xd9]),
  ),
  "a JPEG whose frame has fewer colours than it says": asJpeg(
    "damaged",
    join(
      [0xff, 0xd8],
      jpegSegment(0xc0, tinyJpeg.subarray(frame + 4, frame + 16)),
      jpegWithout(0xc0).subarray(2),
    ),
  ),
  "a JPEG with a script behind it": asJpeg("trailing_data", join(tinyJpeg, script)),
  "a JPEG with another one behind it": asJpeg("trailing_data", join(tinyJpeg, tinyJpeg)),
  "a JPEG that announces more pictures, with a script behind it": asJpeg(
    "trailing_data",
    join(jpegWith(pictures), script),
  ),
  "a JPEG that announces more pictures, with a script behind them": asJpeg(
    "trailing_data",
    join(jpegWith(pictures), tinyJpeg, script),
  ),
  "a JPEG without its end": asJpeg("damaged", tinyJpeg.subarray(0, -2)),
  "a JPEG cut off in a table": asJpeg("damaged", tinyJpeg.subarray(0, 100)),
  "a JPEG of three bytes": asJpeg("damaged", tinyJpeg.subarray(0, 3)),
  "a JPEG with nothing in it": asJpeg("damaged", join([0xff, 0xd8, 0xff, 0xd9])),
  "a JPEG without a frame": asJpeg("damaged", jpegWithout(0xc0)),
  "a JPEG without a scan": asJpeg("damaged", join(tinyJpeg.subarray(0, jpegMarker(0xda)), [0xff, 0xd9])),
  "a JPEG of two frames": asJpeg("damaged", jpegWith(tinyJpeg.subarray(frame, frame + 19))),
  "a JPEG of 65,535 pixels": asJpeg("dimensions_too_large", jpegSized(65_535, 65_535)),
  "a JPEG one pixel too high": asJpeg("dimensions_too_large", jpegSized(16, 4097)),
  "a JPEG without height": asJpeg("damaged", jpegSized(16, 0)),
  "a JPEG in arithmetic coding": asJpeg("unknown_format", patched(tinyJpeg, frame + 1, [0xc9])),
  "a JPEG without loss": asJpeg("unknown_format", patched(tinyJpeg, frame + 1, [0xc3])),
  "a JPEG with a script in a table": asJpeg("damaged", jpegWith(jpegSegment(0xdb, script))),
  "a JPEG with a script behind its Huffman tables": asJpeg(
    "damaged",
    jpegWith(jpegSegment(0xc4, join(new Uint8Array(17), script))),
  ),
  "a JPEG with a script between its segments": asJpeg("damaged", jpegWith(jpegSegment(0xfe, [0]), script)),
  "a JPEG of thousands of scans": asJpeg(
    "damaged",
    join(tinyJpeg.subarray(0, -2), ...Array.from({ length: 2_000 }, () => jpegScan), [0xff, 0xd9]),
  ),
};
