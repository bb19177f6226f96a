import de from "../../../public/pages/words/de.json" with { type: "json" };
import en from "../../../public/pages/words/en.json" with { type: "json" };
import type { Locale } from "../../../src/core/locale.ts";
import type { Words } from "../../../src/ui/ui-texts.ts";

/** The UI texts in every language. */
export const WORDS: Readonly<Record<Locale, Words>> = { en, de };
