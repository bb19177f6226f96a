import { MINUTE } from "../../kernel/clock.ts";
import type { TextCatalogue } from "./catalogue.ts";

/** The English words of all text messages. */
export const en: TextCatalogue = {
  duration: (milliseconds) => {
    const minutes = Math.max(1, Math.floor(milliseconds / MINUTE));
    return `${minutes} minute${minutes === 1 ? "" : "s"}`;
  },
  texts: {
    phone_code: ({ code, appName, life }) =>
      `${code} is your code for ${appName}. It works once, and for ${life}. Never pass it on.`,
  },
};
