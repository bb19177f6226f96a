import type { BrowserContextOptions } from "playwright-core";
import type { Locale } from "../../../src/core/locale.ts";
import { type InputMethod, keyboard, mouse } from "./input-methods.ts";

/** How a flow is run. Every flow works in each mode. */
export type Mode = {
  readonly name: string;
  readonly input: InputMethod;
  readonly locale: Locale;
  readonly options: BrowserContextOptions;
};

export const MODES: readonly Mode[] = [
  { name: "by clicks", input: mouse, locale: "en", options: {} },
  { name: "by keyboard alone", input: keyboard, locale: "en", options: {} },
  { name: "without JavaScript", input: mouse, locale: "en", options: { javaScriptEnabled: false } },
  { name: "in German", input: mouse, locale: "de", options: { locale: "de-DE" } },
];
