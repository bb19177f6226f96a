import * as z from "zod/mini";

/**
 * An instant in a response, such as `2026-01-31T23:59:59.000Z`. Responses are documented but never
 * parsed, so zod's date parser would be dead code (docs/decisions/012).
 */
export const timestamp = z.string().check(z.meta({ format: "date-time" }));
