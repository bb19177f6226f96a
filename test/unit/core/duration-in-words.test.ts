import { expect, it } from "vitest";
import { durationInWords } from "../../../src/core/duration-in-words.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

it.each([
  [1, "1 minute", "1 Minute"],
  [MINUTE, "1 minute", "1 Minute"],
  [2 * MINUTE - 11 * SECOND, "1 minute", "1 Minute"],
  [10 * MINUTE, "10 minutes", "10 Minuten"],
  [59 * MINUTE, "59 minutes", "59 Minuten"],
  [HOUR, "1 hour", "1 Stunde"],
  [2 * HOUR - MINUTE, "1 hour", "1 Stunde"],
  [DAY, "24 hours", "24 Stunden"],
  [47 * HOUR, "47 hours", "47 Stunden"],
  [2 * DAY, "2 days", "2 Tage"],
  [7 * DAY, "7 days", "7 Tage"],
])("formats %i ms as %j and %j", (length, english, german) => {
  expect([durationInWords(length, "en"), durationInWords(length, "de")]).toEqual([english, german]);
});

it.each([
  [10 * MINUTE, "10 minutes"],
  [HOUR, "1 hour"],
  [DAY, "24 hours"],
  [7 * DAY, "7 days"],
])("still formats %i ms as %j after a few seconds of delivery", (length, words) => {
  expect(durationInWords(length - 5 * SECOND, "en")).toBe(words);
});
