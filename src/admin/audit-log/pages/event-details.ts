import { textFor, type Words } from "../../../ui/ui-texts.ts";
import type { StoredEvent } from "../audit-event.ts";

/** An event's details for display. A detail that this version has no words for is shown as stored. */
export const detailsOf = (t: Words, { details }: StoredEvent): string[] =>
  Object.entries(details)
    // The id of a session or device is of no use to a reader.
    .filter(([key]) => key !== "sessionId" && key !== "deviceId" && key !== "factorId")
    .map(([key, value]) => {
      const { name, values } = textFor(t.details, key, { name: key, values: {} });
      const parts = String(value).split(/[ ,]+/);
      return `${name}: ${parts.map((part) => textFor<string, string>(values, part, part)).join(", ")}`;
    });
