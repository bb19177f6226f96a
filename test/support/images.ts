import {
  alph,
  ascii,
  type Bytes,
  deflatedZeros,
  exif,
  exifSecrets,
  idat,
  iend,
  ihdr,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  paletteZeros,
  patched,
  png,
  pngChunk,
  pngPixels,
  SCRIPT,
  tinyGif,
  tinyJpeg,
  tinyPng,
  tinyWebp,
  type Upload,
  vp8,
  vp8Data,
  vp8x,
  webp,
  webpChunk,
} from "./image-parts.ts";

export type HostileImage = Upload & { readonly problem: string };

const script = ascii(SCRIPT);

const asPng = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/png", problem });
const asJpeg = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/jpeg", problem });
const asWebp = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/webp", problem });

const svg = ascii(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`);
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

const oddHeader = (...last: readonly number[]) => pngChunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 6, 8, 2, ...last]);
/** The first bytes of 8 × 6 pixels without loss. */
const lossless = (signature: number, version: number) =>
  webpChunk("VP8L", [signature, 7, 0x40, 1, version, 0]);

/** Uploads that are to be refused, and for what reason. */
export const hostileImages: Readonly<Record<string, HostileImage>> = {
  "nothing at all": asPng("unknown_format", join()),
  "an SVG as such": { bytes: svg, declaredType: "image/svg+xml", problem: "unknown_format" },
  "an SVG renamed to PNG": asPng("unknown_format", svg),
  "a page renamed to JPEG": asJpeg("unknown_format", ascii(`<!doctype html><html>${SCRIPT}</html>`)),
  "a GIF renamed to PNG": asPng("unknown_format", tinyGif),
  "a GIF as such": { bytes: tinyGif, declaredType: "image/gif", problem: "unknown_format" },
  "a script before a PNG": asPng("unknown_format", join(script, tinyPng)),
  "a sound that is RIFF too": asWebp("unknown_format", patched(tinyWebp, 8, ascii("WAVE"))),
  "a PNG declared a JPEG": asJpeg("type_mismatch", tinyPng),
  "a JPEG declared a WebP": asWebp("type_mismatch", tinyJpeg),
  "a WebP declared a page": { bytes: tinyWebp, declaredType: "text/html", problem: "type_mismatch" },

  "a PNG with a script behind it": asPng("trailing_data", join(tinyPng, script)),
  "a PNG with a ZIP behind it": asPng("trailing_data", join(tinyPng, ascii("PK\x03\x04"))),
  "a PNG of a pixel that claims 40,000": asPng("dimensions_too_large", png(ihdr(40_000, 40_000), idat, iend)),
  "a PNG one pixel too wide": asPng("dimensions_too_large", png(ihdr(4097, 1), idat, iend)),
  "a PNG without width": asPng("damaged", png(ihdr(0, 6), idat, iend)),
  "a PNG cut off in its pixels": asPng("damaged", tinyPng.subarray(0, 90)),
  "a PNG without its end": asPng("damaged", tinyPng.subarray(0, -12)),
  "a PNG without pixels": asPng("damaged", png(ihdr(8, 6), iend)),
  "a PNG with a script for pixels": asPng("damaged", png(ihdr(8, 6), pngChunk("IDAT", script), iend)),
  "a PNG with a script behind its pixels": asPng(
    "damaged",
    png(ihdr(8, 6), pngChunk("IDAT", join(pngPixels, script)), iend),
  ),
  "a PNG with fewer pixels than it claims": asPng("damaged", png(ihdr(8, 7), idat, iend)),
  "a PNG with more pixels than it claims": asPng("damaged", png(ihdr(8, 5), idat, iend)),
  "a PNG of a pixel that holds 64 KiB": asPng(
    "damaged",
    png(ihdr(1, 1), pngChunk("IDAT", deflatedZeros), iend),
  ),
  "a PNG with a wrong checksum": asPng("damaged", patched(tinyPng, 32, [0, 0, 0, 0])),
  "a PNG with two headers": asPng("damaged", png(ihdr(8, 6), ihdr(8, 6), idat, iend)),
  "a PNG that begins with another chunk": asPng(
    "damaged",
    png(pngChunk("CgBI", [0, 0, 0, 0]), ihdr(8, 6), idat, iend),
  ),
  "a PNG with an unknown chunk that must be known": asPng(
    "damaged",
    png(ihdr(8, 6), pngChunk("EVIL", script), idat, iend),
  ),
  "a PNG with a chunk between its pixels": asPng(
    "damaged",
    png(
      ihdr(8, 6),
      pngChunk("IDAT", pngPixels.subarray(0, 50)),
      pngChunk("tEXt", []),
      pngChunk("IDAT", pngPixels.subarray(50)),
      iend,
    ),
  ),
  "a PNG that needs a palette and has none": asPng("damaged", png(ihdr(1, 1, 3), idat, iend)),
  "a PNG of a colour type that there is not": asPng("damaged", png(ihdr(8, 6, 5), idat, iend)),
  "a PNG in another compression": asPng("damaged", png(oddHeader(1, 0, 0), idat, iend)),
  "a PNG interlaced in a way that there is not": asPng("damaged", png(oddHeader(0, 0, 2), idat, iend)),
  "a PNG with a header that is too long": asPng("damaged", png(oddHeader(0, 0, 0, 0), idat, iend)),
  "a PNG with a third of a colour": asPng(
    "damaged",
    png(ihdr(8, 6, 3, 1), pngChunk("PLTE", [1, 2, 3, 4]), pngChunk("IDAT", paletteZeros), iend),
  ),
  "a PNG that moves": asPng(
    "animated",
    png(ihdr(8, 6), pngChunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]), idat, iend),
  ),

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

  "a WebP with a script behind it": asWebp("trailing_data", join(tinyWebp, script)),
  "a WebP cut off": asWebp("damaged", tinyWebp.subarray(0, -20)),
  "a WebP of a header alone": asWebp("damaged", webp()),
  "a WebP with a chunk that is longer than the file": asWebp("damaged", patched(tinyWebp, 72, [0xff])),
  "a WebP with half a chunk at its end": asWebp("damaged", webp(vp8, ascii("EXIF"))),
  "a WebP whose picture is smaller than its canvas": asWebp("damaged", webp(vp8x(0, 4096, 4096), vp8)),
  "a WebP that claims 16 million pixels a side": asWebp(
    "dimensions_too_large",
    webp(vp8x(0, 2 ** 24, 2 ** 24), vp8),
  ),
  "a WebP with a picture too large": asWebp(
    "dimensions_too_large",
    webp(webpChunk("VP8 ", patched(vp8Data, 6, [0x01, 0x10]))),
  ),
  "a WebP without a picture": asWebp("damaged", webp(vp8x(0x10, 8, 6), alph)),
  "a WebP that begins with its metadata": asWebp("damaged", webp(webpChunk("XMP ", script), vp8)),
  "a WebP with a script for a picture": asWebp("damaged", webp(webpChunk("VP8 ", script))),
  "a WebP of a frame that changes another": asWebp(
    "damaged",
    webp(webpChunk("VP8 ", patched(vp8Data, 0, [0x11]))),
  ),
  "a WebP that announces more than it has": asWebp(
    "damaged",
    webp(webpChunk("VP8 ", patched(vp8Data, 1, [0xff, 0xff]))),
  ),
  "a WebP of two pictures": asWebp("damaged", webp(vp8x(0, 8, 6), vp8, lossless(0x2f, 0))),
  "a WebP without loss, of another signature": asWebp("damaged", webp(lossless(0x2e, 0))),
  "a WebP without loss, of another version": asWebp("damaged", webp(lossless(0x2f, 0x20))),
  "a WebP with alpha in an unknown coding": asWebp(
    "damaged",
    webp(vp8x(0x10, 8, 6), webpChunk("ALPH", [2, 0]), vp8),
  ),
  "a WebP with a script for alpha": asWebp("damaged", webp(vp8x(0x10, 8, 6), webpChunk("ALPH", script), vp8)),
  "a WebP with a canvas that is too long": asWebp(
    "damaged",
    webp(webpChunk("VP8X", [0, 0, 0, 0, 7, 0, 0, 5, 0, 0, 0, 0]), vp8),
  ),
  "a WebP that moves": asWebp(
    "animated",
    webp(vp8x(0x02, 8, 6), webpChunk("ANIM", [0, 0, 0, 0, 0, 0]), webpChunk("ANMF", new Uint8Array(16))),
  ),
  "a WebP that says it moves": asWebp("animated", webp(vp8x(0x02, 8, 6), vp8)),
};

const XMP = ascii("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Ada at home</x:xmpmeta>");
const IPTC = ascii("Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x5a\0\x0bFaringdon12");

/** A photo as a phone makes it: 16 × 8 pixels that are shown as 8 × 16, and where and by whom it was taken. */
export const photoWithGps = (): Upload & { readonly secrets: readonly string[] } => ({
  bytes: jpegWith(
    jpegSegment(0xe1, exif),
    jpegSegment(0xe1, XMP),
    jpegSegment(0xed, IPTC),
    jpegSegment(0xfe, ascii("edited in the garden")),
  ),
  declaredType: "image/jpeg",
  secrets: [...exifSecrets, "xmpmeta", "Ada at home", "Photoshop", "Faringdon", "in the garden"],
});
