import type { TextCatalogue } from "./catalogue.ts";

/** The German words of all text messages. */
export const de: TextCatalogue = {
  phone_code: ({ code, appName, life }) =>
    `${code} ist Ihr Code für ${appName}. Er gilt einmal und ${life} lang. Geben Sie ihn nie weiter.`,
};
