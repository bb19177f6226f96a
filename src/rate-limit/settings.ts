import * as z from "zod/mini";
import { type RatePolicies, type RatePolicy, type RatePolicyName, ratePolicies } from "./policies.ts";

const MAX_LIMIT = 1_000_000;
const MAX_WINDOW_SECONDS = 24 * 60 * 60;

/** `path` is the name of the variable. `message` repeats no part of its value. */
type SettingsProblem = { readonly path: "RATE_LIMITS"; readonly message: string };

type ReadRateLimits =
  | { readonly policies: RatePolicies | "off" }
  | { readonly problems: readonly SettingsProblem[] };

const names = Object.keys(ratePolicies) as RatePolicyName[];

const wholeNumber = (max: number) => {
  const message = `must be a whole number from 1 to ${max}`;
  return z.optional(z.int(message).check(z.minimum(1, message), z.maximum(max, message)));
};

const numbers = z.optional(
  z.strictObject({ limit: wholeNumber(MAX_LIMIT), windowSeconds: wholeNumber(MAX_WINDOW_SECONDS) }),
);

const overrides = z.strictObject(
  Object.fromEntries(names.map((name) => [name, numbers])) as Record<RatePolicyName, typeof numbers>,
);

/**
 * Reads `RATE_LIMITS`: JSON such as `{"login": {"limit": 30, "windowSeconds": 60}}`. Its numbers
 * override those of the table. `off`, in development only, disables all limits and the burst guard. If
 * unset or blank, the table applies. Reports all problems.
 */
export function readRateLimits(raw: unknown, environment: "development" | "production"): ReadRateLimits {
  if (raw === undefined || raw === null) return { policies: ratePolicies };
  if (typeof raw !== "string") return invalid(["must be text"]);
  const text = raw.trim();
  if (text === "") return { policies: ratePolicies };
  if (text === "off" && environment === "development") return { policies: "off" };
  if (text === "off") return invalid(["may be off in development only"]);
  const parsed = overrides.safeParse(parseJson(text));
  if (!parsed.success) return invalid(parsed.error.issues.map(describeIssue));
  const merged = names.map((name) => [name, merge(ratePolicies[name], parsed.data[name])]);
  return { policies: Object.freeze(Object.fromEntries(merged)) as RatePolicies };
}

const merge = (policy: RatePolicy, override: z.output<typeof numbers>): RatePolicy =>
  Object.freeze({
    ...policy,
    limit: override?.limit ?? policy.limit,
    windowSeconds: override?.windowSeconds ?? policy.windowSeconds,
  });

const invalid = (messages: readonly string[]): ReadRateLimits => ({
  problems: messages.map((message) => ({ path: "RATE_LIMITS", message })),
});

/** The path contains only names of the table, because unknown keys are rejected. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const [name, field] = issue.path.map(String);
  if (field !== undefined) return `${name}.${field} ${issue.message}`;
  if (name === undefined) {
    return issue.code === "unrecognized_keys"
      ? `may name ${names.join(", ")}`
      : 'must be JSON such as {"login": {"limit": 30, "windowSeconds": 60}}';
  }
  return `${name} may have limit and windowSeconds`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
