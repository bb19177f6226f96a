import type { BrowserContextOptions } from "playwright-core";
import type { Locale } from "../../../src/core/locale.ts";
import { type InputMethod, keyboard, mouse } from "./input-methods.ts";

/** One way to go through a story; every story can be gone in each. */
export type Mode = {
  readonly name: string;
  readonly hands: InputMethod;
  readonly locale: Locale;
  readonly options: BrowserContextOptions;
};

export const MODES: readonly Mode[] = [
  { name: "by clicks", hands: mouse, locale: "en", options: {} },
  { name: "by keyboard alone", hands: keyboard, locale: "en", options: {} },
  { name: "without JavaScript", hands: mouse, locale: "en", options: { javaScriptEnabled: false } },
  { name: "in German", hands: mouse, locale: "de", options: { locale: "de-DE" } },
];
