import { SECOND } from "../../core/clock.ts";
import { mayBeCalled } from "../../core/public-host.ts";
import { readAtMost } from "../../core/read-at-most.ts";
import type { AttemptOutcome } from "./rules.ts";

const TIMEOUT_MS = 5 * SECOND;
/** A client has nothing to say, but a connection can only be used again when its response was read. */
const MAX_RESPONSE_BYTES = 64 * 1024;

type Options = {
  /** Development also allows plain http on this machine. */
  readonly allowsLoopback: boolean;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
};

export type SendLogoutToken = (uri: string, logoutToken: string) => Promise<AttemptOutcome>;

/**
 * Sends a logout token to the URI of its client (OpenID Connect Back-Channel Logout §2.5): one POST without redirects. Never
 * throws. The host is checked again, since the row of the client may be older than the rules.
 */
export const createSendLogoutToken =
  ({ allowsLoopback, timeout = TIMEOUT_MS }: Options): SendLogoutToken =>
  async (uri, logoutToken) => {
    if (!mayBeCalled(uri, allowsLoopback)) return { outcome: "failed", reason: "uri_not_allowed" };
    const signal = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(uri, {
        method: "POST",
        body: new URLSearchParams({ logout_token: logoutToken }),
        redirect: "manual",
        signal,
      });
      // §2.8: 200 or 204. A web framework may turn an empty 200 into another 2xx.
      await readAtMost(response.body, MAX_RESPONSE_BYTES).catch(() => null);
      return response.ok
        ? { outcome: "delivered" }
        : { outcome: "failed", reason: `http_${response.status}` };
    } catch {
      return { outcome: "failed", reason: signal.aborted ? "timeout" : "network" };
    }
  };
