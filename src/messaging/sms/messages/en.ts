import type { TextCatalogue } from "./catalogue.ts";

/** The English words of all text messages. */
export const en: TextCatalogue = {
  phone_code: ({ code, appName, life }) =>
    `${code} is your code for ${appName}. It works once, and for ${life}. Never pass it on.`,
};
