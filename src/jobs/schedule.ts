/** When the clockwork runs, as wrangler.toml has it too, and what for: a word for whoever finds one missing there. */
export const CRONS = {
  "* * * * *": "sends mail that is due, and tells other Workers of sessions that have ended",
  "17 * * * *": "renews signing keys, purges what has expired, and tidies pictures and the directory",
} as const;

export type Cron = keyof typeof CRONS;
