import type { Locale } from "../../kernel/locale.ts";
import { de } from "./de.ts";
import { en, type Words } from "./en.ts";

/** Every string of the pages. A language, or a key of one, that is missing does not compile. */
export const catalogues: Readonly<Record<Locale, Words>> = { en, de };
