/** The cron expressions of wrangler.toml, and the work of each run. The doctor prints the text when a trigger is missing. */
export const CRONS = {
  "* * * * *": "sends due messages and publishes pending revocations to KV",
  "17 * * * *":
    "rotates signing keys, purges expired rows, deletes discarded avatars and cleans the search index",
} as const;

export type Cron = keyof typeof CRONS;
