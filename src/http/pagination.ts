import * as z from "zod/mini";

/** The maximum number of rows of a page. */
export const PAGE_LIMIT = 100;
const DEFAULT_LIMIT = 50;

/** The query of a paginated list. The cursor is opaque and comes from the previous page. */
export const pageQuery = <Cursor extends z.ZodMiniType>(cursor: Cursor) => ({
  limit: z
    ._default(
      z.coerce
        .number("Must be a number.")
        .check(
          z.int("Must be a whole number."),
          z.minimum(1, "Must be at least 1."),
          z.maximum(PAGE_LIMIT, `Must be at most ${PAGE_LIMIT}.`),
        ),
      DEFAULT_LIMIT,
    )
    .check(z.meta({ type: "integer" })),
  cursor: z.optional(cursor).check(z.meta({ description: "The `nextCursor` of the previous page." })),
});
