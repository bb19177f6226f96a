import { err, ok, type Result } from "../../../core/result.ts";

export type ImageType = "image/png" | "image/jpeg" | "image/webp";

/** A still picture without anything but the picture. Width and height are as it is shown, in pixels. */
export type Image = {
  readonly type: ImageType;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/**
 * Why bytes are not taken. `unknown_format`: no PNG, JPEG or WebP, or one of a kind that browsers do not
 * show. `type_mismatch`: another one of the three than was declared. `damaged`: cut off or not sound.
 */
export type ImageProblem =
  | "unknown_format"
  | "type_mismatch"
  | "damaged"
  | "dimensions_too_large"
  | "trailing_data"
  | "animated";

const MAX_SIDE = 4096;

export type Size = { readonly width: number; readonly height: number };

export function checkSize(size: Size): Result<Size, ImageProblem> {
  if (size.width < 1 || size.height < 1) return err("damaged");
  return size.width > MAX_SIDE || size.height > MAX_SIDE ? err("dimensions_too_large") : ok(size);
}
