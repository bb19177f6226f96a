import * as z from "zod";

/** Rows of one page at most, and when nobody says how many. */
export const PAGE_LIMIT = 100;
const DEFAULT_LIMIT = 50;

/** The query of a list that comes in pages. A cursor is opaque: it is what the page before gave. */
export const pageQuery = <Cursor extends z.ZodType>(cursor: Cursor) => ({
  limit: z.coerce
    .number("Must be a number.")
    .int("Must be a whole number.")
    .min(1, "Must be 1 at least.")
    .max(PAGE_LIMIT, `Must be ${PAGE_LIMIT} at most.`)
    .default(DEFAULT_LIMIT)
    .meta({ type: "integer" }),
  cursor: cursor.optional().meta({ description: "The `nextCursor` of the page before." }),
});
