import * as z from "zod/mini";
import { typedCode } from "../../core/typed-text.ts";

/** Characters that a user may type: the code with spaces or dashes. A recovery code is longer than six digits. */
export const MAX_TYPED_CODE_LENGTH = 64;

export const challengeIdField = z.uuid("Must be the id of a challenge.");

const typedCodeText = z
  .string("Must be a code.")
  .check(z.maxLength(MAX_TYPED_CODE_LENGTH, "Is too long for a code."), z.overwrite(typedCode));

export const codeField = typedCodeText.check(
  z.refine((code) => /^[0-9]{6}$/.test(code), "Must be six digits."),
  z.meta({ description: "Six digits. Spaces and dashes between them are ignored.", examples: ["123456"] }),
);

/** A code of any kind of factor. Each kind checks its own form. */
export const anyCodeField = typedCodeText.check(
  z.refine((code) => code !== "", "Must be a code."),
  z.meta({ description: "Spaces and dashes are ignored." }),
);
