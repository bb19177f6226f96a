/** The cron expressions of wrangler.toml, and the work of each run. The doctor prints the text when a trigger is missing. */
export const CRONS = {
  "* * * * *":
    "performs queued requests, sends due messages, logout notices and events, publishes pending revocations to KV, removes the factors whose waiting period is over, erases the accounts whose deletion is due and reports reached send caps",
  "17 * * * *":
    "rotates signing keys, purges expired rows and unverified registrations, deletes discarded avatars and cleans the search index",
} as const;

export type Cron = keyof typeof CRONS;
