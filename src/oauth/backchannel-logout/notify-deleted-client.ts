import type { Client } from "../clients/client.ts";
import type { DeliverLogoutNoticeDeps } from "./deliver-logout-notice.ts";
import { type LogoutTokenDeps, signLogoutToken } from "./logout-token.ts";

/** A client that is deleted, as it was. */
export type DeletedClient = Pick<Client, "id" | "backchannelLogoutUri" | "idTokenAlg">;

type EndedClientSession = { readonly id: string; readonly accountId: string };

/** Starts to send the logout tokens. */
export type NotifyDeletedClient = (client: DeletedClient, ended: readonly EndedClientSession[]) => void;

type Deps = LogoutTokenDeps & Pick<DeliverLogoutNoticeDeps, "sendLogoutToken" | "reportLogoutFailure">;

/** The platform stops work of more than 30 seconds after the response. */
const MAX_TOKENS = 100;
/** A Worker has six simultaneous connections. */
const CONCURRENCY = 4;

/**
 * Sends the logout tokens of the sessions that ended with their client (OpenID Connect Back-Channel Logout §2.5). The
 * notices of a client are deleted with it, so that there is one attempt for each, and `MAX_TOKENS` at most.
 */
export async function notifyDeletedClient(
  deps: Deps,
  client: DeletedClient,
  ended: readonly EndedClientSession[],
): Promise<void> {
  const { backchannelLogoutUri: uri, id: clientId } = client;
  if (uri === null) return;
  const queue = ended.slice(0, MAX_TOKENS).values();
  const sendAll = async () => {
    for (const { id: sessionId, accountId } of queue) {
      const token = await signLogoutToken(deps, { sessionId, clientId, accountId, client });
      const attempt = await deps.sendLogoutToken(uri, token);
      if (attempt.outcome === "failed")
        deps.reportLogoutFailure({ clientId, sessionId, attempts: 1, reason: attempt.reason });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, sendAll));
}
