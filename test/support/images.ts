import { hostileJpegs } from "./hostile-jpegs.ts";
import { hostilePngs } from "./hostile-pngs.ts";
import { hostileWebps } from "./hostile-webps.ts";
import {
  ascii,
  exif,
  exifSecrets,
  type HostileImage,
  hostileJpeg,
  hostilePng,
  hostileWebp,
  join,
  jpegSegment,
  jpegWith,
  patched,
  SCRIPT,
  scriptBytes,
  tinyGif,
  tinyJpeg,
  tinyPng,
  tinyWebp,
  type Upload,
} from "./image-parts.ts";

const svg = ascii(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`);

/** Uploads that the service must reject, each with the expected reason. */
export const hostileImages: Readonly<Record<string, HostileImage>> = {
  "an empty upload": hostilePng("unknown_format", join()),
  "an SVG declared as SVG": { bytes: svg, declaredType: "image/svg+xml", problem: "unknown_format" },
  "an SVG declared as PNG": hostilePng("unknown_format", svg),
  "an HTML page declared as JPEG": hostileJpeg(
    "unknown_format",
    ascii(`<!doctype html><html>${SCRIPT}</html>`),
  ),
  "a GIF declared as PNG": hostilePng("unknown_format", tinyGif),
  "a GIF declared as GIF": { bytes: tinyGif, declaredType: "image/gif", problem: "unknown_format" },
  "a script before a PNG": hostilePng("unknown_format", join(scriptBytes, tinyPng)),
  "a WAVE file declared as WebP": hostileWebp("unknown_format", patched(tinyWebp, 8, ascii("WAVE"))),
  "a PNG declared as JPEG": hostileJpeg("type_mismatch", tinyPng),
  "a JPEG declared as WebP": hostileWebp("type_mismatch", tinyJpeg),
  "a WebP declared as HTML": { bytes: tinyWebp, declaredType: "text/html", problem: "type_mismatch" },
  ...hostilePngs,
  ...hostileJpegs,
  ...hostileWebps,
};

const XMP = ascii("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Ada at home</x:xmpmeta>");
const IPTC = ascii("Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x5a\0\x0bFaringdon12");

/** A photo with the metadata of a phone: orientation (16 × 8 pixels displayed as 8 × 16), GPS position and author. */
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
