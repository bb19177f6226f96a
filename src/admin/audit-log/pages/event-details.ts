import { type Words, wordOf } from "../../../ui/words.ts";
import type { StoredEvent } from "../audit-event.ts";

/** What an event says beside its type. A row may be of another version: what has no words here is shown as it is. */
export const detailsOf = (t: Words, { details }: StoredEvent): string[] =>
  Object.entries(details)
    // Which session it was helps no reader.
    .filter(([key]) => key !== "sessionId")
    .map(([key, value]) => {
      const { name, values } = wordOf(t.details, key, { name: key, values: {} });
      const parts = String(value).split(/[ ,]+/);
      return `${name}: ${parts.map((part) => wordOf<string, string>(values, part, part)).join(", ")}`;
    });
