import * as z from "zod/mini";
import { type AudienceSettings, chooseAppAudience, findResource, ownAudience } from "../sessions/audience.ts";

/** The permissions of a binding. Each method needs one of them. */
const SCOPES = ["verify", "read", "write", "revoke", "export", "delete"] as const;
export type Scope = (typeof SCOPES)[number];

/** The permissions of a binding that names none. Reading everything about a user, and deleting one, must be named. */
const DEFAULT_SCOPES: readonly Scope[] = ["verify", "read", "write", "revoke"];

const propsSchema = z.strictObject({
  audience: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  permissions: z.optional(z.array(z.enum(SCOPES))),
});

/** The calling Worker, as the props of its binding describe it. It cannot set them itself. */
export type Binding = {
  /** The only resource that the Worker may request, by URI or alias; null lets each call choose. */
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
    allows: (scope) => (permissions ?? DEFAULT_SCOPES).includes(scope),
  };
}

type ChosenAudience = { readonly audience: string } | { readonly reason: "forbidden" | "bad_request" };

/**
 * The audience of one call: the binding's, else the requested one, else this service's own. Both may be a URI or an
 * alias.
 */
export function audienceOf(
  binding: Binding,
  requested: string | undefined,
  settings: AudienceSettings,
): ChosenAudience {
  const wanted = requested === undefined ? undefined : findResource(settings, requested);
  if (binding.audience === null) return orBadRequest(wanted === undefined ? ownAudience(settings) : wanted);
  const allowed = findResource(settings, binding.audience);
  return wanted === undefined || wanted === allowed ? orBadRequest(allowed) : { reason: "forbidden" };
}

/** The resource of an API key: never this service's own API. Without any it is the only one of RESOURCES. */
export function appAudienceOf(
  binding: Binding,
  requested: string | undefined,
  settings: AudienceSettings,
): ChosenAudience {
  if (binding.audience === null && requested === undefined)
    return orBadRequest(chooseAppAudience(settings, undefined));
  const namesOwn = [binding.audience, requested].some(
    (name) => name && findResource(settings, name) === ownAudience(settings),
  );
  return namesOwn ? { reason: "forbidden" } : audienceOf(binding, requested, settings);
}

const orBadRequest = (audience: string | null): ChosenAudience =>
  audience === null ? { reason: "bad_request" } : { audience };
