import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import type { Image } from "../../../../src/accounts/avatar/image/image.ts";

/** The cleaned image; throws if `cleanImage` refuses it. */
export function cleaned(bytes: Uint8Array, declaredType: string): Image {
  const result = cleanImage(bytes, declaredType);
  if (!result.ok) throw new Error(`refused: ${result.error}`);
  return result.value;
}

export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
