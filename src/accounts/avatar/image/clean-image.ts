import { err, type Result } from "../../../core/result.ts";
import { readText } from "./byte-reader.ts";
import type { Image, ImageProblem, ImageType } from "./image.ts";
import { cleanJpeg, JPEG_SIGNATURE } from "./jpeg.ts";
import { cleanPng } from "./png.ts";
import { PNG_SIGNATURE } from "./png-chunks.ts";
import { cleanWebp, isWebp } from "./webp.ts";

const formats = {
  "image/png": { clean: cleanPng, matches: startsWith(PNG_SIGNATURE) },
  "image/jpeg": { clean: cleanJpeg, matches: startsWith(JPEG_SIGNATURE) },
  "image/webp": { clean: cleanWebp, matches: isWebp },
} as const satisfies Record<
  ImageType,
  { clean(bytes: Uint8Array): Result<Image, ImageProblem>; matches(bytes: Uint8Array): boolean }
>;

/**
 * Copies the image without decoding it (docs/decisions/017). Only the data that display needs is copied, so
 * metadata and hidden content are dropped. `declaredType` is a media type without parameters, in lower case.
 */
export function cleanImage(bytes: Uint8Array, declaredType: string): Result<Image, ImageProblem> {
  const found = Object.entries(formats).find(([, { matches }]) => matches(bytes));
  if (!found) return err("unknown_format");
  const [type, { clean }] = found;
  return type === declaredType ? clean(bytes) : err("type_mismatch");
}

function startsWith(signature: string) {
  return (bytes: Uint8Array): boolean => readText(bytes, 0, signature.length) === signature;
}
