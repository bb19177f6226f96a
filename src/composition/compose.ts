import { deleteDiscardedAvatars } from "../accounts/avatar/delete-discarded-avatars.ts";
import { avatarObjectStore } from "../accounts/avatar/object-store.ts";
import { createBreachedPasswords } from "../accounts/breached-passwords.ts";
import { SECOND_FACTORS } from "../authentication/factors.ts";
import type { SecondFactor } from "../authentication/second-factor/second-factor.ts";
import { allowsMethod } from "../authentication/sign-in-methods.ts";
import { createSocialProviders } from "../authentication/social/providers/providers.ts";
import { createCaptchaProvider } from "../captcha/providers.ts";
import { type RequireCaptchaInput, requireCaptcha } from "../captcha/require-captcha.ts";
import type { CaptchaSettings } from "../captcha/settings.ts";
import { createAssets } from "../core/assets.ts";
import { SECOND, systemWait, type Wait } from "../core/clock.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { createPasswordHasher } from "../core/crypto/password-hash.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { Locale } from "../core/locale.ts";
import { openDatabase } from "../db/database.ts";
import { emptyHealthCache } from "../health/check-dependencies.ts";
import { healthProbeStore } from "../health/store.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { announceEndedSessions } from "../oauth/backchannel-logout/announce-ended-sessions.ts";
import { processRequest } from "../queued-requests/process-request.ts";
import { type QueueRequest, queueRequest } from "../queued-requests/queue-request.ts";
import type { QueuedRequest } from "../queued-requests/queued-request.ts";
import { createBurstGuard } from "../rate-limit/burst-guard.ts";
import { createClientLimits } from "../rate-limit/client-limits.ts";
import { type LimitRouteDeps, type LimitRouteInput, limitRoute } from "../rate-limit/limit-route.ts";
import { rateLimitStore } from "../rate-limit/store.ts";
import { authenticate } from "../sessions/authenticate.ts";
import { revocationListStore } from "../sessions/revocation-list/store.ts";
import { createKeyRing, emptyKeyCache } from "../sessions/signing-keys/key-ring.ts";
import { minifyCss } from "../ui/minify-css.ts";
import type { PageAssets } from "../ui/page.ts";
import { parseWords } from "../ui/parse-words.ts";
import type { Env } from "./bindings.ts";
import type { Config } from "./config.ts";
import { composeEvents } from "./events.ts";
import { composeMessaging } from "./messaging.ts";
import { composeOauth } from "./oauth.ts";
import {
  scopedClock as clock,
  scopedDefer as defer,
  scopedMeter as meter,
  reportProviderError,
  scopedStartWork as startWork,
} from "./request-scope.ts";
import { createStores } from "./stores.ts";

export type CompositionOptions = {
  /** How a use case pauses. Default: by the system's timer. */
  readonly wait?: Wait | undefined;
  /** Milliseconds that one call of a social login provider may take. Default: the gateway's own timeout. */
  readonly providerTimeoutMs?: number | undefined;
  /** Milliseconds that the metadata document of an OAuth client may take. Default: those of production. */
  readonly documentTimeoutMs?: number | undefined;
  /** PBKDF2 iterations of one block of a password hash. Default: those of production. */
  readonly hashIterations?: number | undefined;
  /** The methods of the second factor. Default: those of the service. */
  readonly secondFactors?: readonly SecondFactor[] | undefined;
};

/** The dependencies of all use cases. */
export type Deps = ReturnType<typeof compose>;

/**
 * Composes the dependencies of all use cases for one environment object. All requests of the isolate share them:
 * configuration, secrets and caches. What belongs to one request comes from the request scope.
 */
export function compose(env: Env, config: Config, secrets: SecretRing, options: CompositionOptions) {
  const { settings, sendCaps } = config;
  const metrics = createMetrics(env.EVENTS);
  const db = openDatabase(env.DB, meter, metrics.event);
  const stores = createStores(db, sendCaps);
  const { signingKeys, sessions, mailbox, captchaProofs, avatars } = stores;
  const keyRing = createKeyRing({ signingKeys, secrets, clock, cache: emptyKeyCache() });
  const captchaProvider = createCaptchaProvider(config.captcha, {
    onProviderError: reportProviderError(config.captcha.provider),
  });
  const avatarObjects = avatarObjectStore(env.AVATARS);
  const assets = createAssets(env.ASSETS, new Map());
  const sendEmailBinding = env.SEND_EMAIL;
  const messaging = composeMessaging({ config, clock, secrets, db, mailbox, defer, sendEmailBinding });
  const hash = (text: string) => keyedHash(secrets.current, "rate-key", text);
  const rateLimits: LimitRouteDeps = {
    clock,
    startWork,
    policies: config.rateLimits,
    burstGuard: createBurstGuard(env.BURST, meter),
    counters: rateLimitStore(env.KV, meter),
    hash,
  };
  const clientLimits = createClientLimits({ policies: config.rateLimits, caps: sendCaps, hash });
  const secondFactors = options.secondFactors ?? SECOND_FACTORS;
  const { messages, channels } = messaging;
  const disposableDomains = () =>
    assets.readCached("/disposable-domains.txt", (text) => new Set(text.split("\n")));
  const logError = (line: object) =>
    console.error(JSON.stringify({ at: new Date(clock.now()).toISOString(), ...line }));
  const reportAlarm = (name: string, details: object) => {
    logError({ alarm: name, ...details });
    metrics.alarm(name);
  };
  const processing = {
    ...stores,
    clock,
    secrets,
    settings,
    secondFactors,
    reportAlarm,
    messages,
    channels,
    disposableDomains,
  };
  const process = (id: string, request: QueuedRequest) => processRequest(processing, id, request);
  const queueing = { ...stores, clock, secrets, settings, defer, clientLimits, processRequest: process };
  const socialProviders = createSocialProviders(allowsMethod(settings, "social") ? config.social : {}, {
    clock,
    cache: new Map(),
    timeout: options.providerTimeoutMs,
    reportProviderError,
  });
  const events = composeEvents({
    env,
    stores,
    clock,
    secrets,
    socialProviders,
    logError,
    reportAlarm,
    options,
  });
  const oauth = composeOauth({
    env,
    config,
    stores,
    clock,
    defer,
    keyRing,
    metrics,
    logError,
    reportAlarm,
    options,
  });
  return {
    ...stores,
    ...oauth,
    clock,
    wait: options.wait ?? systemWait,
    defer,
    settings,
    secrets,
    secondFactors,
    metrics,
    ...messaging,
    sendCaps,
    clientLimits,
    processRequest: process,
    queueRequest: ((request, ip) => queueRequest(queueing, request, ip)) as QueueRequest,
    isDevelopment: config.environment === "development",
    usesDevMailbox: config.mail.provider === "mailbox",
    hasher: createPasswordHasher(secrets, config.passwordHashBlocks, options.hashIterations),
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
    limitRoute: (call: LimitRouteInput) => limitRoute(rateLimits, call),
    avatarObjects,
    assets,
    commonPasswords: () => assets.readCached("/common-passwords.txt", (text) => new Set(text.split("\n"))),
    disposableDomains,
    pageAssets: async (locale: Locale): Promise<PageAssets> => ({
      words: await assets.readCached(`/pages/words/${locale}.json`, (text) =>
        parseWords(text, settings.passwordMinLength),
      ),
      style: await assets.readCached("/pages/style.css", minifyCss),
    }),
    deleteDiscardedAvatars: () => deleteDiscardedAvatars({ clock, avatars, avatarObjects }),
    ...events,
    healthCache: emptyHealthCache(),
    probes: {
      ...healthProbeStore({ db, kv: env.KV, bucket: env.AVATARS, assets: env.ASSETS, meter }),
      signingKey: () => keyRing.signingKey("ES256"),
    },
    revocationList: announceEndedSessions(
      revocationListStore({ kv: env.KV, db, meter, defer }),
      oauth.deliverLogoutNoticesSoon,
    ),
    authenticate: (token: string) => authenticate({ keyRing, clock, settings, sessions }, token),
  };
}

/** The settings that pages show. The captcha secret is not among them. */
const captchaWidgetSettings = (captcha: CaptchaSettings) =>
  captcha.provider === "off" ? null : { provider: captcha.provider, siteKey: captcha.siteKey };
