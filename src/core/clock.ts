/**
 * Time as an argument. Instants are milliseconds since the epoch. Durations in code are
 * milliseconds; configuration and JWT claims use seconds.
 */
export type Clock = { now(): number };

/** Waits for so many milliseconds. */
export type Wait = (ms: number) => Promise<unknown>;

export const systemWait: Wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const systemClock: Clock = { now: () => Date.now() };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
