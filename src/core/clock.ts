/**
 * Time as an argument. Instants are milliseconds since the epoch, durations in code are
 * milliseconds too; only configuration and JWT claims speak seconds.
 */
export type Clock = { now(): number };

export const systemClock: Clock = { now: () => Date.now() };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
