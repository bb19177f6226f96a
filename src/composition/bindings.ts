import type { AssetsBinding } from "../core/assets.ts";
import type { SendEmailBinding } from "../messaging/email/providers/cloudflare.ts";
import type { EventsBinding } from "../metrics/metrics.ts";
import type { ClaimsSource } from "../oauth/custom-claims/claims-source.ts";
import type { RateLimitBinding } from "../rate-limit/burst-guard.ts";

/** The Worker's bindings. `readConfig` reads its variables and secrets. */
export type Env = {
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly AVATARS: R2Bucket;
  /** The files of public/. */
  readonly ASSETS?: AssetsBinding;
  readonly SEND_EMAIL?: SendEmailBinding;
  /** The burst guard. */
  readonly BURST?: RateLimitBinding;
  /** A Worker of the team that adds claims to access tokens (docs/claims.md). */
  readonly CLAIMS?: ClaimsSource;
  // The service bindings EVENTS_<NAME> are Workers of the team that are told of events (`event-receivers.ts`).
  /** Metrics, in Analytics Engine. */
  readonly EVENTS?: EventsBinding;
};
