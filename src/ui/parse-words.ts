import { advisedLength } from "../accounts/password-policy.ts";
import { fill } from "../core/text.ts";
import type { Words } from "./ui-texts.ts";

/** Parses the UI texts of one language and fills in what the configuration decides. */
export const parseWords = (text: string, minLength: number): Words =>
  JSON.parse(fill(text, { minLength: String(minLength), advised: String(advisedLength(minLength)) }));
