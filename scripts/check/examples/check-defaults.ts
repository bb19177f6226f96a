import { isDeepStrictEqual } from "node:util";
import { readConfig } from "../../../src/composition/config.ts";
import type { Problem } from "./example.ts";

/** A configuration of production in which every variable with a default is read. */
const SETTINGS = {
  AUTH_SECRET: "a value to read the others by, 32 bytes or more",
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "postmark",
  MAIL_FROM: "x@example.com",
  MAIL_API_KEY: "x",
  CAPTCHA_SITE_KEY: "x",
  CAPTCHA_SECRET: "x",
};
const OF_OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CAPTCHA_MIN_SCORE: { CAPTCHA_PROVIDER: "recaptcha-v3" },
  SOCIAL_OIDC_NAME: {
    SOCIAL_OIDC_CLIENT_ID: "x",
    SOCIAL_OIDC_CLIENT_SECRET: "x",
    SOCIAL_OIDC_ISSUER: "https://id.example.com",
  },
};

/** "`NAME` (default 100)" of a sentence, and "Default 100." or "(default 100)" of the row of the last name in a table. */
const IN_TEXT = /`([A-Z][A-Z0-9_]+)` \(default (`[^`]+`|[\d.]+\d|\d)\)/g;
const IN_ROW =
  /^\| *(?:`[A-Z0-9_]+`, )*`([A-Z][A-Z0-9_]+)` *\|.*(?:\bDefault |\(default )(`[^`]+`|\d+(?:\.\d+)?)(?=[.)])/gm;

/** Defaults that a page gives, and the service does not. */
export function checkDefaults(file: string, text: string): readonly Problem[] {
  return [...text.matchAll(IN_TEXT), ...text.matchAll(IN_ROW)].flatMap(
    ({ 1: name = "", 2: said = "", index }) => {
      const value = said.replaceAll("`", "");
      const settings = { ...SETTINGS, ...OF_OTHERS[name] };
      const [unset, set] = [readConfig(settings), readConfig({ ...settings, [name]: value })];
      if (set.ok && isDeepStrictEqual(unset, set)) return [];
      const line = text.slice(0, index).split("\n").length;
      return [{ file, line, says: `the default of ${name} is not ${value}: see src/composition/config.ts` }];
    },
  );
}
