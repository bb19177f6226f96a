import { adminChanges } from "./changes/of-admins.ts";
import { memberChanges } from "./changes/of-members.ts";
import { strangerChanges } from "./changes/of-strangers.ts";
import { socialChanges } from "./changes/social.ts";
import type { Service } from "./service.ts";

export type ChangeRequest = {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  /** Where it is not the route's own. */
  readonly path?: string;
};

/** A request that changes something. */
export type Change = {
  /** Method and path under `/api/auth`. */
  readonly route: string;
  readonly what?: string;
  readonly status: number;
  /** What the same request gets when all of the change is there already; the same as ever, unless said. */
  readonly again?: number;
  /** A try that fails may leave something, such as a key, and the next one then goes another way. */
  readonly isOtherEachTry?: true;
  readonly variables?: () => Promise<Record<string, unknown>>;
  readonly request: (service: Service) => Promise<ChangeRequest>;
};

/** Every route that changes something, with requests that go all their way. */
export const changes: readonly Change[] = [
  ...strangerChanges,
  ...memberChanges,
  ...socialChanges,
  ...adminChanges,
];

/** Sends what a change has prepared. */
export function perform(service: Service, { route }: Change, { path, body, token, headers }: ChangeRequest) {
  const [method = "", own = ""] = route.split(" ");
  return service.call(method, `/api/auth${path ?? own}`, body, token, headers);
}
