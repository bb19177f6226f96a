import type { BrowserContextOptions } from "playwright-core";
import type { Locale } from "../../../src/core/locale.ts";
import { type Hands, keyboard, mouse } from "./hands.ts";

/** One way to go through a story; every story can be gone in each. */
export type Way = {
  readonly name: string;
  readonly hands: Hands;
  readonly locale: Locale;
  readonly options: BrowserContextOptions;
};

export const WAYS: readonly Way[] = [
  { name: "by clicks", hands: mouse, locale: "en", options: {} },
  { name: "by keyboard alone", hands: keyboard, locale: "en", options: {} },
  { name: "without JavaScript", hands: mouse, locale: "en", options: { javaScriptEnabled: false } },
  { name: "in German", hands: mouse, locale: "de", options: { locale: "de-DE" } },
];
