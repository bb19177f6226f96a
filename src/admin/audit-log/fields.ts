import * as z from "zod/mini";
import { pageQuery } from "../../http/pagination.ts";
import { EVENT_TYPES, type EventPosition } from "./audit-event.ts";

/** A cursor: instant and id of the last row of a page, joined by a dot. */
export const positionField = z.pipe(
  z
    .string("Must be text.")
    .check(z.regex(/^\d{1,15}\.[0-9a-f-]{36}$/, "Must be the nextCursor of an earlier page.")),
  z.transform((text): EventPosition => {
    const [at = "", id = ""] = text.split(".");
    return { at: Number(at), id };
  }),
);

export const auditQuery = z.strictObject({
  ...pageQuery(positionField),
  userId: z.optional(z.uuid("Must be the id of a user.")),
  type: z.optional(z.enum(EVENT_TYPES, "Must be the type of an event.")),
});
