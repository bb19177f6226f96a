import type { SmsMessage } from "../message.ts";

/** What a text may speak of. `life` is in words, as in "10 minutes". */
export type TextFacts = { readonly appName: string; readonly code: string; readonly life: string };

/**
 * Every word that text messages say in one language. A kind without its words does not compile.
 * Words of the GSM alphabet alone: one other character more than halves what fits a segment.
 */
export type TextCatalogue = {
  readonly [Kind in SmsMessage["kind"]]: (facts: TextFacts) => string;
};
