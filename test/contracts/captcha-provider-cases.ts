import { claim, HOSTNAME, keys, type ProviderCase } from "./captcha-provider-case.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const form = { secret: keys("").secret, response: claim.token, remoteip: claim.ip };

/** Responses in the shapes of each provider's documentation. */
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
    specificResponses: [
      { name: "a widget without an action", response: { action: "" }, verdict: "failed" },
      { name: "a response without an action", response: { action: undefined }, verdict: "failed" },
      { name: "another action", response: { action: "login" }, verdict: "failed" },
      { name: "an action in another case", response: { action: "Register" }, verdict: "failed" },
      { name: "an action that is no string", response: { action: ["register"] }, verdict: "unavailable" },
      {
        name: "the verdict of a test key",
        response: { metadata: { result_with_testing_key: true } },
        verdict: "failed",
      },
      {
        name: "metadata that is no object",
        response: { metadata: "result_with_testing_key" },
        verdict: "unavailable",
      },
    ],
  },
  "recaptcha-v2": {
    settings: (apiBase) => ({ provider: "recaptcha-v2", ...keys(apiBase) }),
    url: "https://www.google.com/recaptcha/api/siteverify",
    fields: form,
    success: { success: true, challenge_ts: "2026-02-28T15:14:30Z", hostname: HOSTNAME },
    specificResponses: [
      { name: "a score, which only v3 keys return", response: { score: 0.1 }, verdict: "unavailable" },
      { name: "Google's test key", response: { hostname: "testkey.google.com" }, verdict: "failed" },
      {
        name: "an app instead of a site",
        response: { hostname: undefined, apk_package_name: "com.example.app" },
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
    specificResponses: [
      { name: "the minimum score", response: { score: 0.5 }, verdict: "passed" },
      { name: "a score below the minimum", response: { score: 0.4 }, verdict: "failed" },
      { name: "a score of 0", response: { score: 0 }, verdict: "failed" },
      { name: "no score", response: { score: undefined }, verdict: "failed" },
      { name: "a score of null", response: { score: null }, verdict: "failed" },
      { name: "a score that is a string", response: { score: "0.9" }, verdict: "unavailable" },
      { name: "a score above 1", response: { score: 9 }, verdict: "unavailable" },
      { name: "another action", response: { action: "login" }, verdict: "failed" },
      { name: "an empty action", response: { action: "" }, verdict: "failed" },
      { name: "no action", response: { action: undefined }, verdict: "failed" },
    ],
  },
};
