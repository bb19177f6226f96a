import { err, ok, type Result } from "../../../core/result.ts";

export type ImageType = "image/png" | "image/jpeg" | "image/webp";

/** A still image without metadata. Width and height in pixels, as displayed. */
export type Image = {
  readonly type: ImageType;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/**
 * Why an upload is refused. `unknown_format`: not PNG, JPEG or WebP, or a variant that browsers do not
 * display. `type_mismatch`: another of the three than declared. `damaged`: truncated or malformed.
 */
export type ImageProblem =
  | "unknown_format"
  | "type_mismatch"
  | "damaged"
  | "dimensions_too_large"
  | "animated";

const MAX_SIDE = 4096;

export type Size = { readonly width: number; readonly height: number };

export function checkSize(size: Size): Result<Size, ImageProblem> {
  if (size.width < 1 || size.height < 1) return err("damaged");
  return size.width > MAX_SIDE || size.height > MAX_SIDE ? err("dimensions_too_large") : ok(size);
}
