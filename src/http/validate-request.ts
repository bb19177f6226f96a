import { zValidator } from "@hono/zod-validator";
import type { Context } from "hono";
import * as z from "zod/mini";
import type { FieldProblem } from "../core/error-codes.ts";
import { isCleanText } from "../core/text.ts";
import { documented } from "./openapi-operation.ts";
import { readJson } from "./read-json.ts";
import { refuse } from "./respond.ts";

// Synchronous: in asynchronous parsing, zod lists the issues of transforms after all others. The validator
// declares its type for the classic form of zod.
const synchronous = {
  validationFunction: (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value) as never,
};

/**
 * Validates the JSON body: `c.req.valid("json")`. An invalid body gets a 4xx of the contract. Where every field is
 * optional, an empty body counts as `{}`: clients send none, some of them with a Content-Type all the same.
 */
export function jsonBody<Schema extends z.ZodMiniObject>(schema: Schema) {
  const validate = zValidator("json", schema, refuseInvalid, synchronous);
  const isOptional = schema.safeParse({}).success;
  const handler: typeof validate = async (c, next) => {
    const read = await readJson(c.req.raw, { isOptional });
    if (!read.ok) return refuse(c, read.error.code, { fields: read.error.fields });
    // The body is read once, under our limits. The validator takes the parsed value from this cache.
    c.req.bodyCache.json = Promise.resolve(read.value);
    return validate(c, next);
  };
  return documented(handler, {
    body: schema,
    ...(isOptional ? { bodyIsOptional: true } : {}),
    failures: ["malformed_json", "validation_failed", "payload_too_large", "unsupported_media_type"],
  });
}

/** Validates the query: `c.req.valid("query")`. */
export const queryParams = <Schema extends z.ZodMiniObject>(schema: Schema) =>
  documented(zValidator("query", schema, refuseInvalid, synchronous), {
    query: schema,
    failures: ["validation_failed"],
  });

/** Validates the path parameters: `c.req.valid("param")`. */
export const pathParams = <Schema extends z.ZodMiniObject>(schema: Schema) =>
  documented(zValidator("param", schema, refuseInvalid, synchronous), {
    params: schema,
    failures: ["not_found"],
  });

/** Validates the id in the path: `c.req.valid("param").id`. */
export const idParam = pathParams(z.object({ id: z.uuid() }));

type Outcome = {
  readonly success: boolean;
  readonly target: string;
  readonly data: unknown;
  readonly error?: { readonly issues: readonly z.core.$ZodIssue[] };
};

function refuseInvalid(outcome: Outcome, c: Context): Response | undefined {
  if (outcome.success) return undefined;
  // A malformed id cannot identify a resource.
  if (outcome.target === "param") return refuse(c, "not_found");
  return refuse(c, "validation_failed", { fields: outcome.error?.issues.flatMap(fieldProblemsOf) });
}

function fieldProblemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === "unrecognized_keys") {
    const unknownKeys = issue.keys.filter(isCleanText);
    return unknownKeys.map((key) => ({ path: key, message: "Unknown field." }));
  }
  const isNotAnObject = issue.path.length === 0 && issue.code === "invalid_type";
  return [{ path: issue.path.join("./"), message: isNotAnObject ? "Must be an object." : issue.message }];
}
