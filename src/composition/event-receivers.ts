import type { VariableProblem } from "../core/config-parsers.ts";
import type { AuthEventReceiver } from "../event-deliveries/auth-event.ts";

const BINDING = /^EVENTS_([A-Z0-9_]{1,40})$/;

const isReceiver = (value: unknown): value is AuthEventReceiver =>
  (typeof value === "object" || typeof value === "function") && value !== null;

/** The Workers of the team that are told of events: the service bindings EVENTS_<NAME>, by name in lower case. */
export function eventReceivers(env: object): ReadonlyMap<string, AuthEventReceiver> {
  return new Map(
    Object.entries(env).flatMap(([binding, value]: [string, unknown]) => {
      const name = BINDING.exec(binding)?.[1];
      return name !== undefined && isReceiver(value) ? [[name.toLowerCase(), value] as const] : [];
    }),
  );
}

/** A variable of such a name would silently tell no Worker. */
export const eventBindingProblems = (raw: Record<string, unknown>): readonly VariableProblem[] =>
  Object.entries(raw).flatMap(([name, value]) =>
    BINDING.test(name) && typeof value === "string"
      ? [{ path: name, message: "must be a service binding, not a variable" }]
      : [],
  );
