import * as z from "zod/mini";

/** What a binding may be allowed: methods by what they are about. */
const SCOPES = ["verify", "read", "revoke", "sign-in"] as const;
export type Scope = (typeof SCOPES)[number];

const propsSchema = z.strictObject({
  audience: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  permissions: z.optional(z.array(z.enum(SCOPES))),
});

/** The Worker at the other end, by the props of its binding, which it cannot set itself. */
export type Binding = {
  /** The one audience that it may ask for; null leaves it to each call. */
  readonly audience: string | null;
  /** How log and trail name it. */
  readonly worker: string;
  allows(scope: Scope): boolean;
};

/** Null for props that are none of ours: a misspelt limit must not be no limit. */
export function readBinding(props: unknown): Binding | null {
  const read = propsSchema.safeParse(props ?? {});
  if (!read.success) return null;
  const { audience, permissions } = read.data;
  return {
    audience: audience ?? null,
    worker: audience ?? "unnamed",
    allows: (scope) => permissions === undefined || permissions.includes(scope),
  };
}

/** The audience of one call: that of the binding, else the one asked for, else the service's default. */
export function audienceOf(
  binding: Binding,
  asked: string | undefined,
  audiences: readonly [string, ...string[]],
): { readonly audience: string } | { readonly reason: "forbidden" | "bad_request" } {
  if (binding.audience !== null && asked !== undefined && asked !== binding.audience) {
    return { reason: "forbidden" };
  }
  const audience = binding.audience ?? asked ?? audiences[0];
  return audiences.includes(audience) ? { audience } : { reason: "bad_request" };
}
