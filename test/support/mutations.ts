import { adminMutations } from "./mutations/by-admins.ts";
import { userMutations } from "./mutations/by-users.ts";
import { socialMutations } from "./mutations/social.ts";
import { unauthenticatedMutations } from "./mutations/unauthenticated.ts";
import type { Service } from "./service.ts";

export type MutationRequest = {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  /** Where it is not the route's own. */
  readonly path?: string;
};

/** A request that changes something. */
export type Mutation = {
  /** Method and path under `/api/auth`. */
  readonly route: string;
  readonly what?: string;
  readonly status: number;
  /** What the same request gets when all of the change is there already; the same as ever, unless said. */
  readonly again?: number;
  /** A try that fails may leave something, such as a key, and the next one then goes another way. */
  readonly isOtherEachTry?: true;
  readonly variables?: () => Promise<Record<string, unknown>>;
  readonly request: (service: Service) => Promise<MutationRequest>;
};

/** Every route that changes something, with requests that go all their way. */
export const mutations: readonly Mutation[] = [
  ...unauthenticatedMutations,
  ...userMutations,
  ...socialMutations,
  ...adminMutations,
];

/** Sends what a change has prepared. */
export function perform(
  service: Service,
  { route }: Mutation,
  { path, body, token, headers }: MutationRequest,
) {
  const [method = "", own = ""] = route.split(" ");
  return service.call(method, `/api/auth${path ?? own}`, body, token, headers);
}
