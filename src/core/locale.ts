/** The languages that the service speaks, by BCP 47 tag; the first is spoken when nothing else fits. */
export const LOCALES = ["en", "de"] as const;

export type Locale = (typeof LOCALES)[number];

export const isLocale = (text: unknown): text is Locale => LOCALES.includes(text as Locale);
