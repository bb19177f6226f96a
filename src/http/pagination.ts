import * as z from "zod/mini";

/** Rows of one page at most, and when nobody says how many. */
export const PAGE_LIMIT = 100;
const DEFAULT_LIMIT = 50;

/** The query of a list that comes in pages. A cursor is opaque: it is what the page before gave. */
export const pageQuery = <Cursor extends z.ZodMiniType>(cursor: Cursor) => ({
  limit: z
    ._default(
      z.coerce
        .number("Must be a number.")
        .check(
          z.int("Must be a whole number."),
          z.minimum(1, "Must be 1 at least."),
          z.maximum(PAGE_LIMIT, `Must be ${PAGE_LIMIT} at most.`),
        ),
      DEFAULT_LIMIT,
    )
    .check(z.meta({ type: "integer" })),
  cursor: z.optional(cursor).check(z.meta({ description: "The `nextCursor` of the page before." })),
});
