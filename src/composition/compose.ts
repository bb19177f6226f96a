import { deleteDiscardedAvatars } from "../accounts/avatar/delete-discarded-avatars.ts";
import { avatarObjectStore } from "../accounts/avatar/object-store.ts";
import { createBreachedPasswords } from "../accounts/breached-passwords.ts";
import { SECOND_FACTORS } from "../authentication/factors.ts";
import type { SecondFactor } from "../authentication/second-factor/second-factor.ts";
import { createSocialProviders } from "../authentication/social/providers/providers.ts";
import { createCaptchaProvider } from "../captcha/providers.ts";
import { type RequireCaptchaInput, requireCaptcha } from "../captcha/require-captcha.ts";
import type { CaptchaSettings } from "../captcha/settings.ts";
import { createAssets } from "../core/assets.ts";
import type { Clock } from "../core/clock.ts";
import { SECOND } from "../core/clock.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { createPasswordHasher } from "../core/crypto/password-hash.ts";
import type { Defer } from "../core/defer.ts";
import type { Locale } from "../core/locale.ts";
import type { ProviderErrorKind } from "../core/provider-error.ts";
import { openDatabase } from "../db/database.ts";
import type { Meter } from "../db/metered-d1.ts";
import { healthProbeStore } from "../health/store.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { processRequest } from "../queued-requests/process-request.ts";
import { type QueueRequest, queueRequest } from "../queued-requests/queue-request.ts";
import type { QueuedRequest } from "../queued-requests/queued-request.ts";
import { createBurstGuard } from "../rate-limit/burst-guard.ts";
import { createClientLimits } from "../rate-limit/client-limits.ts";
import { type LimitRouteInput, limitRoute } from "../rate-limit/limit-route.ts";
import { rateLimitStore } from "../rate-limit/store.ts";
import { authenticate } from "../sessions/authenticate.ts";
import { revocationListStore } from "../sessions/revocation-list/store.ts";
import { createKeyRing } from "../sessions/signing-keys/key-ring.ts";
import { minifyCss } from "../ui/minify-css.ts";
import type { PageAssets } from "../ui/page.ts";
import type { Env } from "./bindings.ts";
import { type IsolateCache, loadIsolateState } from "./isolate-state.ts";
import { composeMessaging } from "./messaging.ts";
import { createStores } from "./stores.ts";

type RequestScope = {
  readonly env: Env;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Runs work after the response, and keeps the isolate alive for it. */
  readonly defer: Defer;
  /** Milliseconds that one call of a social login provider may take. Default: the gateway's own timeout. */
  readonly providerTimeoutMs?: number | undefined;
  /** The methods of the second factor. Default: those of the service. */
  readonly secondFactors?: readonly SecondFactor[] | undefined;
};

/** The dependencies of all use cases, for one request. */
export type Deps = Awaited<ReturnType<typeof compose>>;

/** Composes the dependencies of one request. Only `composition/` reads the environment. */
export async function compose(cache: IsolateCache, scope: RequestScope) {
  const { env, clock, meter, defer, providerTimeoutMs, secondFactors = SECOND_FACTORS } = scope;
  const { config, secrets, ...caches } = await loadIsolateState(cache, env);
  const { settings, sendCaps } = config;
  const metrics = createMetrics(env.EVENTS);
  const db = openDatabase(env.DB, meter, metrics.event);
  const stores = createStores(db, sendCaps);
  const { signingKeys, sessions, mailbox, captchaProofs, avatars } = stores;
  const keyRing = createKeyRing({ signingKeys, secrets, clock, cache: caches.keyCache });
  const reportProviderError = (provider: string) => (kind: ProviderErrorKind) => {
    meter.providerErrors.push(`${provider}: ${kind}`);
  };
  const captchaProvider = createCaptchaProvider(config.captcha, {
    onProviderError: reportProviderError(config.captcha.provider),
  });
  const avatarObjects = avatarObjectStore(env.AVATARS);
  const assets = createAssets(env.ASSETS, caches.assetCache);
  const messaging = composeMessaging({
    ...{ config, clock, secrets, db, mailbox, defer },
    sendEmailBinding: env.SEND_EMAIL,
  });
  const rateKey = (text: string) => keyedHash(secrets.current, "rate-key", text);
  const clientLimits = createClientLimits({ policies: config.rateLimits, caps: sendCaps, hash: rateKey });
  const processing = { ...stores, clock, secrets, settings, messages: messaging.messages };
  const process = (id: string, request: QueuedRequest) => processRequest(processing, id, request);
  return {
    ...stores,
    clock,
    defer,
    settings,
    secrets,
    secondFactors,
    metrics,
    ...messaging,
    sendCaps,
    reportAlarm: (name: string, details: object) => {
      console.error(JSON.stringify({ at: new Date(clock.now()).toISOString(), alarm: name, ...details }));
      metrics.alarm(name);
    },
    clientLimits,
    processRequest: process,
    queueRequest: ((request, ip) =>
      queueRequest(
        { ...stores, clock, secrets, defer, clientLimits, processRequest: process },
        request,
        ip,
      )) as QueueRequest,
    isDevelopment: config.environment === "development",
    usesDevMailbox: config.mail.provider === "mailbox",
    hasher: createPasswordHasher(secrets, config.passwordHashBlocks),
    breachedPasswords: createBreachedPasswords({
      apiBase: config.breachedPasswordsApi,
      timeout: 2 * SECOND,
      onProviderError: reportProviderError("breached-passwords"),
    }),
    keyRing,
    captchaProvider,
    captchaWidget: captchaWidgetSettings(config.captcha),
    captcha: {
      require: (claim: RequireCaptchaInput) =>
        requireCaptcha({ clock, captchaProvider, captchaProofs }, claim),
    },
    limitRoute: (call: LimitRouteInput) =>
      limitRoute(
        {
          clock,
          defer,
          policies: config.rateLimits,
          burstGuard: createBurstGuard(env.BURST, meter),
          counters: rateLimitStore(env.KV, meter),
          hash: rateKey,
        },
        call,
      ),
    avatarObjects,
    assets,
    commonPasswords: () => assets.readCached("/common-passwords.txt", (text) => new Set(text.split("\n"))),
    pageAssets: async (locale: Locale): Promise<PageAssets> => ({
      words: await assets.readCached(`/pages/words/${locale}.json`, JSON.parse),
      style: await assets.readCached("/pages/style.css", minifyCss),
    }),
    deleteDiscardedAvatars: () => deleteDiscardedAvatars({ clock, avatars, avatarObjects }),
    socialProviders: createSocialProviders(config.social, {
      clock,
      cache: caches.providerCache,
      timeout: providerTimeoutMs,
      reportProviderError,
    }),
    healthCache: caches.healthCache,
    probes: {
      ...healthProbeStore({ db, kv: env.KV, bucket: env.AVATARS, assets: env.ASSETS, meter }),
      signingKey: () => keyRing.signingKey(),
    },
    revocationList: revocationListStore({ kv: env.KV, db, meter, defer }),
    authenticate: (token: string) => authenticate({ keyRing, clock, settings, sessions }, token),
  };
}

/** The settings that pages show. The captcha secret is not among them. */
const captchaWidgetSettings = (captcha: CaptchaSettings) =>
  captcha.provider === "off" ? null : { provider: captcha.provider, siteKey: captcha.siteKey };

export type { Env, IsolateCache };
