import { asked, HOSTNAME, keys, type ProviderCase } from "./captcha-provider-case.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const form = { secret: keys("").secret, response: asked.token, remoteip: asked.ip };

/** Answers of the shapes that each provider's documentation shows. */
export const cases: Readonly<Record<string, ProviderCase>> = {
  turnstile: {
    settings: (apiBase) => ({ provider: "turnstile", ...keys(apiBase), acceptTestSecrets: false }),
    url: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    fields: { ...form, idempotency_key: UUID },
    success: {
      success: true,
      "error-codes": [],
      challenge_ts: "2026-02-28T15:14:30.096Z",
      hostname: HOSTNAME,
      action: "register",
      cdata: "",
      metadata: { interactive: true },
    },
    ownAnswers: [
      { name: "a widget that was given no action", said: { action: "" }, verdict: "failed" },
      { name: "an answer without an action", said: { action: undefined }, verdict: "failed" },
      { name: "another action", said: { action: "login" }, verdict: "failed" },
      { name: "an action in another case", said: { action: "Register" }, verdict: "failed" },
      { name: "an action that is no text", said: { action: ["register"] }, verdict: "unavailable" },
      {
        name: "a verdict of a test key",
        said: { metadata: { result_with_testing_key: true } },
        verdict: "failed",
      },
      {
        name: "metadata that is no object",
        said: { metadata: "result_with_testing_key" },
        verdict: "unavailable",
      },
    ],
  },
  "recaptcha-v2": {
    settings: (apiBase) => ({ provider: "recaptcha-v2", ...keys(apiBase) }),
    url: "https://www.google.com/recaptcha/api/siteverify",
    fields: form,
    success: { success: true, challenge_ts: "2026-02-28T15:14:30Z", hostname: HOSTNAME },
    ownAnswers: [
      { name: "a score, which only a key of v3 gives", said: { score: 0.1 }, verdict: "unavailable" },
      { name: "Google's test key", said: { hostname: "testkey.google.com" }, verdict: "failed" },
      {
        name: "an app in place of a site",
        said: { hostname: undefined, apk_package_name: "com.example.app" },
        verdict: "failed",
      },
    ],
  },
  "recaptcha-v3": {
    settings: (apiBase) => ({ provider: "recaptcha-v3", ...keys(apiBase), minScore: 0.5 }),
    url: "https://www.google.com/recaptcha/api/siteverify",
    fields: form,
    success: {
      success: true,
      challenge_ts: "2026-02-28T15:14:30Z",
      hostname: HOSTNAME,
      score: 0.9,
      action: "register",
    },
    ownAnswers: [
      { name: "the least score", said: { score: 0.5 }, verdict: "passed" },
      { name: "a score below it", said: { score: 0.4 }, verdict: "failed" },
      { name: "a score of 0", said: { score: 0 }, verdict: "failed" },
      { name: "no score", said: { score: undefined }, verdict: "failed" },
      { name: "a score of null", said: { score: null }, verdict: "failed" },
      { name: "a score that is text", said: { score: "0.9" }, verdict: "unavailable" },
      { name: "a score over 1", said: { score: 9 }, verdict: "unavailable" },
      { name: "another action", said: { action: "login" }, verdict: "failed" },
      { name: "an empty action", said: { action: "" }, verdict: "failed" },
      { name: "no action", said: { action: undefined }, verdict: "failed" },
    ],
  },
};
