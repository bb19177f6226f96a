import { isDeepStrictEqual } from "node:util";
import { readConfig } from "../../../src/composition/config.ts";
import type { Problem } from "./example.ts";

/** A production configuration that reads every variable with a default. */
const SETTINGS = {
  AUTH_SECRET: "a value to read the others by, 32 bytes or more",
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "postmark",
  MAIL_FROM: "x@example.com",
  MAIL_API_KEY: "x",
  CAPTCHA_SITE_KEY: "x",
  CAPTCHA_SECRET: "x",
};
const OIDC_CLIENT = {
  SOCIAL_OIDC_CLIENT_ID: "x",
  SOCIAL_OIDC_CLIENT_SECRET: "x",
  SOCIAL_OIDC_ISSUER: "https://id.example.com",
};
/** Other variables that a variable depends on. */
const DEPENDENCIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CAPTCHA_MIN_SCORE: { CAPTCHA_PROVIDER: "recaptcha-v3" },
  SOCIAL_OIDC_NAME: OIDC_CLIENT,
  SOCIAL_OIDC_CLIENT_AUTH: OIDC_CLIENT,
  SOCIAL_MICROSOFT_TENANT: { SOCIAL_MICROSOFT_CLIENT_ID: "x", SOCIAL_MICROSOFT_CLIENT_SECRET: "x" },
};

/** "`NAME` (default 100)" in a sentence; "Default 100." or "(default 100)" in a table row, for its last name. */
const IN_TEXT = /`([A-Z][A-Z0-9_]+)` \(default (`[^`]+`|[\d.]+\d|\d)\)/g;
const IN_ROW =
  /^\| *(?:`[A-Z0-9_]+`, )*`([A-Z][A-Z0-9_]+)` *\|.*(?:\bDefault |\(default )(`[^`]+`|\d+(?:\.\d+)?)(?=[.)])/gm;

/** Compares the defaults in a page with those of the service. */
export function checkDefaults(file: string, text: string): readonly Problem[] {
  return [...text.matchAll(IN_TEXT), ...text.matchAll(IN_ROW)].flatMap(
    ({ 1: name = "", 2: shown = "", index }) => {
      const value = shown.replaceAll("`", "");
      const settings = { ...SETTINGS, ...DEPENDENCIES[name] };
      const [unset, set] = [readConfig(settings), readConfig({ ...settings, [name]: value })];
      if (set.ok && isDeepStrictEqual(unset, set)) return [];
      const line = text.slice(0, index).split("\n").length;
      return [
        { file, line, message: `the default of ${name} is not ${value}: see src/composition/config.ts` },
      ];
    },
  );
}
