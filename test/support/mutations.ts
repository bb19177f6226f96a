import { adminMutations } from "./mutations/by-admins.ts";
import { clientMutations } from "./mutations/by-client-admins.ts";
import { userMutations } from "./mutations/by-users.ts";
import { socialMutations } from "./mutations/social.ts";
import { unauthenticatedMutations } from "./mutations/unauthenticated.ts";
import type { Service } from "./service.ts";

export type MutationRequest = {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  /** Default: the path of the route. */
  readonly path?: string;
};

/** A state-changing request. */
export type Mutation = {
  /** Method and path under `/api/auth`. */
  readonly route: string;
  readonly variant?: string;
  readonly status: number;
  /** The status when the request repeats after a complete change. Default: `status`. */
  readonly repeatedStatus?: number;
  /** A failed attempt may leave a row, such as a signing key, so the next attempt runs other statements. */
  readonly differsOnRetry?: true;
  /** What mails an address without an account, for which the outbox has no row: the request, or its preparation. */
  readonly mailsWithoutAccount?: "request" | "preparation";
  readonly variables?: () => Promise<Record<string, unknown>>;
  readonly request: (service: Service) => Promise<MutationRequest>;
};

/** Requests to every state-changing route. Each reaches its last statement. */
export const mutations: readonly Mutation[] = [
  ...unauthenticatedMutations,
  ...userMutations,
  ...socialMutations,
  ...adminMutations,
  ...clientMutations,
];

/** Sends the request that a mutation prepared. */
export function perform(
  service: Service,
  { route }: Mutation,
  { path, body, token, headers }: MutationRequest,
) {
  const [method = "", routePath = ""] = route.split(" ");
  return service.call(method, `/api/auth${path ?? routePath}`, body, token, headers);
}
