import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import type { Image } from "../../../../src/accounts/avatar/image/image.ts";

/** What a picture that is to be taken is cleaned to. */
export function cleaned(bytes: Uint8Array, declaredType: string): Image {
  const result = cleanImage(bytes, declaredType);
  if (!result.ok) throw new Error(`refused: ${result.error}`);
  return result.value;
}

export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
