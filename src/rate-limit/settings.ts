import * as z from "zod/mini";
import { type RatePolicies, type RatePolicy, type RatePolicyName, ratePolicies } from "./policies.ts";

const MAX_LIMIT = 1_000_000;
const MAX_WINDOW_SECONDS = 24 * 60 * 60;

/** `path` is the variable's name; `message` repeats nothing that was given. */
type SettingsProblem = { readonly path: "RATE_LIMITS"; readonly message: string };

type Read = { readonly policies: RatePolicies | "off" } | { readonly problems: readonly SettingsProblem[] };

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
 * Reads `RATE_LIMITS`: JSON such as `{"login": {"limit": 30, "windowSeconds": 60}}`, whose numbers
 * take the place of the table's; what it leaves out stays. `off`, in development alone, turns every
 * limit off, and the burst guard with them. Unset or blank, the table stands. Every problem comes
 * back, not only the first.
 */
export function readRateLimits(raw: unknown, environment: "development" | "production"): Read {
  if (raw === undefined || raw === null) return { policies: ratePolicies };
  if (typeof raw !== "string") return refused(["must be text"]);
  const text = raw.trim();
  if (text === "") return { policies: ratePolicies };
  if (text === "off" && environment === "development") return { policies: "off" };
  if (text === "off") return refused(["may be off in development alone"]);
  const parsed = overrides.safeParse(parseJson(text));
  if (!parsed.success) return refused(parsed.error.issues.map(describeIssue));
  const merged = names.map((name) => [name, merge(ratePolicies[name], parsed.data[name])]);
  return { policies: Object.freeze(Object.fromEntries(merged)) as RatePolicies };
}

const merge = (policy: RatePolicy, own: z.output<typeof numbers>): RatePolicy =>
  Object.freeze({
    ...policy,
    limit: own?.limit ?? policy.limit,
    windowSeconds: own?.windowSeconds ?? policy.windowSeconds,
  });

const refused = (messages: readonly string[]): Read => ({
  problems: messages.map((message) => ({ path: "RATE_LIMITS", message })),
});

/** In words of our own: a path holds names of the table alone, since any other is refused as a key. */
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
