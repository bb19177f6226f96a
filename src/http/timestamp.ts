import * as z from "zod/mini";

/**
 * An instant in an answer, such as `2026-01-31T23:59:59.000Z`. Answers are documented and never parsed,
 * so what zod has to read dates of every kind would be dead weight (docs/decisions/012).
 */
export const timestamp = z.string().check(z.meta({ format: "date-time" }));
