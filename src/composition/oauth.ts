import { type Clock, systemWait } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import type { ProviderErrorKind } from "../core/provider-error.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { LogoutFailure } from "../oauth/backchannel-logout/deliver-logout-notice.ts";
import {
  type DeliverLogoutNoticesDeps,
  deliverNewLogoutNotices,
} from "../oauth/backchannel-logout/deliver-logout-notices.ts";
import {
  type NotifyDeletedClient,
  notifyDeletedClient,
} from "../oauth/backchannel-logout/notify-deleted-client.ts";
import { createSendLogoutToken } from "../oauth/backchannel-logout/send-logout-token.ts";
import { createClientKeyMemory } from "../oauth/client-authentication/client-key-memory.ts";
import { createClientKeySets } from "../oauth/client-authentication/client-key-sets.ts";
import { createFetchDocument } from "../oauth/client-metadata/fetch-document.ts";
import { emptyClaimsCache } from "../oauth/custom-claims/claims-cache.ts";
import type { Env } from "./bindings.ts";
import type { Config } from "./config.ts";
import { reportProviderError } from "./request-scope.ts";

type Parts = {
  readonly env: Pick<Env, "CLAIMS">;
  readonly config: Pick<Config, "environment" | "claims" | "settings">;
  readonly stores: Pick<DeliverLogoutNoticesDeps, "logoutNotices">;
  readonly clock: Clock;
  readonly defer: Defer;
  readonly keyRing: DeliverLogoutNoticesDeps["keyRing"];
  readonly metrics: Metrics;
  readonly logError: (line: object) => void;
  readonly reportAlarm: (name: string, details: object) => void;
  readonly options: {
    readonly providerTimeoutMs?: number | undefined;
    readonly documentTimeoutMs?: number | undefined;
  };
};

/** What the authorization server sends to clients and reads from them, and the claims of a Worker of the team. */
export function composeOauth({ env, config, stores, clock, defer, keyRing, metrics, ...parts }: Parts) {
  const { logError, reportAlarm, options } = parts;
  const allowsLoopback = config.environment === "development";
  const timeout = options.providerTimeoutMs;
  const logout = {
    sendLogoutToken: createSendLogoutToken({ allowsLoopback, timeout }),
    reportLogoutFailure: (failure: LogoutFailure) => logError({ logoutNotice: "failed", ...failure }),
  };
  const { settings } = config;
  const noticeDelivery = { ...stores, ...logout, clock, settings, keyRing, reportAlarm };
  const notify: NotifyDeletedClient = (client, ended) =>
    defer(() => notifyDeletedClient(noticeDelivery, client, ended));
  return {
    ...logout,
    notifyDeletedClient: notify,
    deliverLogoutNoticesSoon: () => defer(() => deliverNewLogoutNotices(noticeDelivery)),
    clientKeySets: createClientKeySets({
      clock,
      cache: new Map(),
      onError: reportProviderError("client-keys"),
      allowsLoopback,
      timeout,
    }),
    clientKeyMemory: createClientKeyMemory(),
    customClaims: {
      source: env.CLAIMS ?? null,
      settings: config.claims,
      cache: emptyClaimsCache(),
      wait: systemWait,
      onFailure: (kind: ProviderErrorKind) => {
        reportProviderError("claims")(kind);
        metrics.alarm("custom_claims_failed");
      },
    },
    fetchClientDocument: createFetchDocument(options.documentTimeoutMs),
  };
}
