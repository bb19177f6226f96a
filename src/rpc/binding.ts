import * as z from "zod/mini";
import { chooseAppAudience } from "../sessions/audience.ts";

/** The permissions of a binding. Each method needs one of them. */
const SCOPES = ["verify", "read", "revoke", "sign-in"] as const;
export type Scope = (typeof SCOPES)[number];

const propsSchema = z.strictObject({
  audience: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  permissions: z.optional(z.array(z.enum(SCOPES))),
});

/** The calling Worker, as the props of its binding describe it. It cannot set them itself. */
export type Binding = {
  /** The only audience that the Worker may request; null lets each call choose. */
  readonly audience: string | null;
  /** The Worker's name in the log and the audit log. */
  readonly worker: string;
  allows(scope: Scope): boolean;
};

/** Null for unknown props: a misspelt restriction must not lift the restriction. */
export function readBinding(props: unknown): Binding | null {
  const parsed = propsSchema.safeParse(props ?? {});
  if (!parsed.success) return null;
  const { audience, permissions } = parsed.data;
  return {
    audience: audience ?? null,
    worker: audience ?? "unnamed",
    allows: (scope) => permissions === undefined || permissions.includes(scope),
  };
}

type ChosenAudience = { readonly audience: string } | { readonly reason: "forbidden" | "bad_request" };

/** The audience of one call: the binding's, else the requested one, else the first of AUDIENCES. */
export function audienceOf(
  binding: Binding,
  requested: string | undefined,
  audiences: readonly [string, ...string[]],
): ChosenAudience {
  if (binding.audience !== null && requested !== undefined && requested !== binding.audience) {
    return { reason: "forbidden" };
  }
  const audience = binding.audience ?? requested ?? audiences[0];
  return audiences.includes(audience) ? { audience } : { reason: "bad_request" };
}

/**
 * The audience of a session that the calling Worker opens or continues: never this service's own. Without any it is
 * the only other one of AUDIENCES.
 */
export function appAudienceOf(
  binding: Binding,
  requested: string | undefined,
  audiences: readonly [string, ...string[]],
): ChosenAudience {
  const [own] = audiences;
  if (binding.audience === own || requested === own) return { reason: "forbidden" };
  if (binding.audience !== null || requested !== undefined) return audienceOf(binding, requested, audiences);
  const audience = chooseAppAudience({ audiences }, undefined);
  return audience === null ? { reason: "bad_request" } : { audience };
}
