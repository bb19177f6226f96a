import { hostileJpegs } from "./hostile-jpegs.ts";
import { hostilePngs } from "./hostile-pngs.ts";
import { hostileWebps } from "./hostile-webps.ts";
import {
  ascii,
  type Bytes,
  exif,
  exifSecrets,
  type HostileImage,
  join,
  jpegSegment,
  jpegWith,
  patched,
  SCRIPT,
  tinyGif,
  tinyJpeg,
  tinyPng,
  tinyWebp,
  type Upload,
} from "./image-parts.ts";

const script = ascii(SCRIPT);
const asPng = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/png", problem });
const asJpeg = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/jpeg", problem });
const asWebp = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/webp", problem });
const svg = ascii(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`);

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
  ...hostilePngs,
  ...hostileJpegs,
  ...hostileWebps,
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
