import { zValidator } from "@hono/zod-validator";
import type { Context } from "hono";
import * as z from "zod/mini";
import type { FieldProblem } from "../core/error-codes.ts";
import { isCleanText } from "../core/text.ts";
import { documented } from "./operation.ts";
import { readJson } from "./read-json.ts";
import { refuse } from "./respond.ts";

// Synchronously: where zod may wait, what a transform refuses is listed after everything else. The type is the
// one that the validator has for zod's classic form.
const atOnce = {
  validationFunction: (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value) as never,
};

/** The validated JSON body as `c.req.valid("json")`; everything else gets the contract's 4xx. */
export function jsonBody<Schema extends z.ZodMiniObject>(schema: Schema) {
  const validate = zValidator("json", schema, refuseInvalid, atOnce);
  const handler: typeof validate = async (c, next) => {
    const read = await readJson(c.req.raw);
    if (!read.ok) return refuse(c, read.error.code, { fields: read.error.fields });
    // Read and parsed once, under our limits; the validator finds it there.
    c.req.bodyCache.json = Promise.resolve(read.value);
    return validate(c, next);
  };
  return documented(handler, {
    body: schema,
    failures: ["malformed_json", "validation_failed", "payload_too_large", "unsupported_media_type"],
  });
}

/** The validated query as `c.req.valid("query")`. */
export const queryParams = <Schema extends z.ZodMiniObject>(schema: Schema) =>
  documented(zValidator("query", schema, refuseInvalid, atOnce), {
    query: schema,
    failures: ["validation_failed"],
  });

/** The validated path parameters as `c.req.valid("param")`. */
export const pathParams = <Schema extends z.ZodMiniObject>(schema: Schema) =>
  documented(zValidator("param", schema, refuseInvalid, atOnce), { params: schema, failures: ["not_found"] });

/** The id in a path as `c.req.valid("param").id`. */
export const idParam = pathParams(z.object({ id: z.uuid() }));

type Outcome = {
  readonly success: boolean;
  readonly target: string;
  readonly data: unknown;
  readonly error?: { readonly issues: readonly z.core.$ZodIssue[] };
};

function refuseInvalid(outcome: Outcome, c: Context): Response | undefined {
  if (outcome.success) return undefined;
  // An id that cannot be one names nothing.
  if (outcome.target === "param") return refuse(c, "not_found");
  return refuse(c, "validation_failed", { fields: outcome.error?.issues.flatMap(problemsOf) });
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === "unrecognized_keys") {
    const foreign = issue.keys.filter(isCleanText);
    return foreign.map((key) => ({ path: key, message: "Is not a field of this request." }));
  }
  const isNoObject = issue.path.length === 0 && issue.code === "invalid_type";
  return [{ path: issue.path.join("."), message: isNoObject ? "Must be an object." : issue.message }];
}
