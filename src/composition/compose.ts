import { deleteDiscardedAvatars } from "../accounts/avatar/delete-discarded-avatars.ts";
import { avatarObjectStore } from "../accounts/avatar/object-store.ts";
import { avatarStore } from "../accounts/avatar/store.ts";
import { createBreachedPasswords } from "../accounts/breached-passwords.ts";
import { accountLocaleStore } from "../accounts/locale-store.ts";
import { phoneStore } from "../accounts/phone/store.ts";
import { accountStore } from "../accounts/store.ts";
import { EVENT_TYPES } from "../admin/audit-log/audit-event.ts";
import { auditLogStore } from "../admin/audit-log/store.ts";
import { userDirectoryStore } from "../admin/users/directory-store.ts";
import { invitationStore } from "../admin/users/invitation-store.ts";
import { accountStatusStore } from "../admin/users/status-store.ts";
import { userStore } from "../admin/users/store.ts";
import { oneTimeCodeStore } from "../authentication/one-time-codes/store.ts";
import { passwordResetStore } from "../authentication/password/reset-store.ts";
import { passwordStore } from "../authentication/password/store.ts";
import { secondFactorStore } from "../authentication/second-factor/store.ts";
import type { MetadataCache } from "../authentication/social/providers/code-flow.ts";
import { createSocialProviders } from "../authentication/social/providers/providers.ts";
import { linkedIdentityStore } from "../authentication/social/store.ts";
import { oauthTransactionStore } from "../authentication/social/transaction-store.ts";
import { createCaptcha } from "../captcha/providers.ts";
import { type CaptchaClaim, requireCaptcha } from "../captcha/require-captcha.ts";
import type { CaptchaSettings } from "../captcha/settings.ts";
import { captchaProofStore } from "../captcha/store.ts";
import { type AssetCache, type AssetsBinding, createAssets } from "../core/assets.ts";
import type { Clock } from "../core/clock.ts";
import { SECOND } from "../core/clock.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { createPasswordHasher } from "../core/crypto/password-hash.ts";
import { createSecretRing, type SecretRing } from "../core/crypto/secret-ring.ts";
import type { Locale } from "../core/locale.ts";
import type { ProviderErrorKind } from "../core/provider-error.ts";
import { Unavailable } from "../core/unavailable.ts";
import { openDatabase } from "../db/database.ts";
import type { Meter } from "../db/metered-d1.ts";
import { emptyHealthCache, type HealthCache } from "../health/check-dependencies.ts";
import { healthProbeStore } from "../health/store.ts";
import { expiredRowStore } from "../jobs/store.ts";
import { devMailboxStore } from "../messaging/dev-mailbox/store.ts";
import type { EmailTexts } from "../messaging/email/messages/catalogue.ts";
import type { SendEmailBinding } from "../messaging/email/providers/cloudflare.ts";
import { createMailProvider } from "../messaging/email/providers.ts";
import { sendMail } from "../messaging/email/send-mail.ts";
import { deadMessageStore } from "../messaging/outbox/dead-message-store.ts";
import { type DeliverMessageDeps, deliverMessage } from "../messaging/outbox/deliver-message.ts";
import { newMessage } from "../messaging/outbox/new-outbox-message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { outboxStore } from "../messaging/outbox/store.ts";
import { createSmsProvider } from "../messaging/sms/providers.ts";
import { sendText } from "../messaging/sms/send-text.ts";
import { createMetrics, type EventsBinding } from "../metrics/metrics.ts";
import { authorizationCodeStore } from "../oauth/store.ts";
import { createBurstGuard, type RateLimitBinding } from "../rate-limit/burst-guard.ts";
import { type LimitRouteInput, limitRoute } from "../rate-limit/limit-route.ts";
import { rateLimitStore } from "../rate-limit/store.ts";
import { emailTokenStore } from "../registration/email-tokens/store.ts";
import { emailVerificationStore } from "../registration/email-verification-store.ts";
import { registrationStore } from "../registration/store.ts";
import { authenticate } from "../sessions/authenticate.ts";
import { revocationListStore } from "../sessions/revocation-list/store.ts";
import { createKeyRing, emptyKeyCache, type KeyCache } from "../sessions/signing-keys/key-ring.ts";
import { signingKeyStore } from "../sessions/signing-keys/store.ts";
import { sessionStore } from "../sessions/store.ts";
import type { PageAssets } from "../ui/page.ts";
import { type Config, readConfig } from "./config.ts";

/** The Worker's bindings. Variables and secrets are `readConfig`'s to read. */
export type Env = {
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly AVATARS: R2Bucket;
  /** The files of public/. */
  readonly ASSETS?: AssetsBinding;
  readonly SEND_EMAIL?: SendEmailBinding;
  /** The outer guard against bursts. */
  readonly BURST?: RateLimitBinding;
  /** What happened, counted in Analytics Engine. */
  readonly EVENTS?: EventsBinding;
};

/** What an isolate keeps between requests: configuration, keys, assets, and what providers say of themselves. */
type IsolateState = {
  readonly config: Config;
  readonly secrets: SecretRing;
  readonly keyCache: KeyCache;
  readonly assets: AssetCache;
  readonly providerCache: MetadataCache;
  readonly healthCache: HealthCache;
};

/** One for each app; what it holds belongs to no request. */
export type IsolateCache = WeakMap<object, IsolateState>;

type Request = {
  readonly env: Env;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Starts work once the response is on its way, and keeps it alive. */
  readonly defer: (work: () => Promise<unknown>) => void;
  /** Milliseconds that a step at a sign-in provider may take, where it is not what the gateway says. */
  readonly providerPatience?: number | undefined;
};

/** Everything that any verb names, put together for one request. The only reader of the environment. */
export type Deps = Awaited<ReturnType<typeof compose>>;

export async function compose(cache: IsolateCache, request: Request) {
  const { env, clock, meter, defer, providerPatience } = request;
  const kept = await standing(cache, env);
  const { config, secrets, keyCache, assets: keptAssets, providerCache, healthCache } = kept;
  const { settings, sendCaps } = config;
  const metrics = createMetrics(env.EVENTS);
  const db = openDatabase(env.DB, meter, { types: EVENT_TYPES, onEvent: metrics.event });
  const signingKeys = signingKeyStore(db);
  const keyRing = createKeyRing({ signingKeys, secrets, clock, cache: keyCache });
  const sessions = sessionStore(db, sendCaps);
  const mailbox = devMailboxStore(db);
  const captchaProofs = captchaProofStore(db);
  const reportProviderError = (provider: string) => (trouble: ProviderErrorKind) => {
    meter.providerErrors.push(`${provider}: ${trouble}`);
  };
  const captcha = createCaptcha(config.captcha, {
    onProviderError: reportProviderError(config.captcha.provider),
  });
  const avatars = avatarStore(db);
  const avatarObjects = avatarObjectStore(env.AVATARS);
  const assets = createAssets(env.ASSETS, keptAssets);
  const delivery = messageDelivery({ config, clock, db, mailbox, assets, binding: env.SEND_EMAIL });
  return {
    clock,
    defer,
    settings,
    secrets,
    metrics,
    ...delivery,
    isDevelopment: config.environment === "development",
    usesDevMailbox: config.mail.provider === "mailbox",
    hasher: createPasswordHasher(secrets, config.passwordHashBlocks),
    breachedPasswords: createBreachedPasswords({
      apiBase: config.breachedPasswordsApi,
      timeout: 2 * SECOND,
      onProviderError: reportProviderError("breached-passwords"),
    }),
    keyRing,
    signingKeys,
    sessions,
    mailbox,
    captcha,
    captchaProofs,
    captchaWidget: widgetOf(config.captcha),
    captchaCheck: {
      require: (claim: CaptchaClaim) => requireCaptcha({ clock, captcha, captchaProofs }, claim),
    },
    limitRoute: (call: LimitRouteInput) =>
      limitRoute(
        {
          clock,
          defer,
          policies: config.rateLimits,
          burstGuard: createBurstGuard(env.BURST, meter),
          metrics: rateLimitStore(env.KV, meter),
          hash: (text) => keyedHash(secrets.current, "rate-key", text),
        },
        call,
      ),
    logins: { ...passwordStore(db, sendCaps), ...secondFactorStore(db, sendCaps) },
    oneTimeCodes: oneTimeCodeStore(db, sendCaps),
    accounts: accountStore(db, sendCaps),
    accountLocales: accountLocaleStore(db),
    phones: phoneStore(db, sendCaps),
    registrations: registrationStore(db, sendCaps),
    emailVerifications: emailVerificationStore(db, sendCaps),
    users: userStore(db, sendCaps),
    accountStatuses: accountStatusStore(db),
    invitations: invitationStore(db, sendCaps),
    directory: userDirectoryStore(db),
    auditLog: auditLogStore(db),
    avatars,
    avatarObjects,
    assets,
    commonPasswords: () => assets.keep("/common-passwords.txt", (text) => new Set(text.split("\n"))),
    pageAssets: async (locale: Locale): Promise<PageAssets> => ({
      words: await assets.keep(`/pages/words/${locale}.json`, JSON.parse),
      style: await assets.keep("/pages/style.css", minifyCss),
    }),
    deleteDiscardedAvatars: () => deleteDiscardedAvatars({ clock, avatars, avatarObjects }),
    passwordResets: passwordResetStore(db, sendCaps),
    links: emailTokenStore(db, sendCaps),
    identities: linkedIdentityStore(db, sendCaps),
    oauthTransactions: oauthTransactionStore(db),
    authorizationCodes: authorizationCodeStore(db, sendCaps),
    socialProviders: createSocialProviders(config.social, {
      clock,
      cache: providerCache,
      timeout: providerPatience,
      reportProviderError,
    }),
    expired: expiredRowStore(db),
    healthCache,
    probes: {
      ...healthProbeStore({ db, kv: env.KV, bucket: env.AVATARS, assets: env.ASSETS, meter }),
      signingKey: () => keyRing.signingKey(),
    },
    revocationList: revocationListStore({ kv: env.KV, db, meter, defer }),
    authenticate: (token: string) => authenticate({ keyRing, clock, settings, sessions }, token),
    messages: {
      draft: (message, to) => newMessage({ secrets }, message, to),
      deliverSoon: (ids) => {
        defer(() => Promise.all(ids.map((id) => deliverMessage({ clock, secrets, ...delivery }, id))));
      },
    } satisfies Outbox,
  };
}

type DeliveryParts = {
  readonly config: Config;
  readonly clock: Clock;
  readonly db: ReturnType<typeof openDatabase>;
  readonly mailbox: ReturnType<typeof devMailboxStore>;
  readonly assets: ReturnType<typeof createAssets>;
  readonly binding: SendEmailBinding | undefined;
};

function messageDelivery(parts: DeliveryParts) {
  const { config, clock, db, mailbox, assets, binding } = parts;
  const { settings } = config;
  const provider = createMailProvider(config.mail, { mailbox, sendEmailBinding: binding, clock });
  const wordsOf = (locale: Locale): Promise<EmailTexts> =>
    assets.keep(`/mail/words/${locale}.json`, JSON.parse);
  const texts = createSmsProvider(config.sms, { mailbox, clock });
  return {
    outbox: { ...outboxStore(db), ...deadMessageStore(db) },
    channels: {
      email: (letter) => sendMail({ provider, wordsOf, settings }, letter),
      sms: (letter) => sendText({ provider: texts, settings }, letter),
    } satisfies DeliverMessageDeps["channels"],
  };
}

/** A style sheet without its comments and lines: it is sent with every page. */
const minifyCss = (css: string): string => css.replace(/\/\*.*?\*\/|\s+/gs, " ");

/** What pages show; the secret is none of their business. */
const widgetOf = (captcha: CaptchaSettings) =>
  captcha.provider === "off" ? null : { provider: captcha.provider, siteKey: captcha.siteKey };

/** Parses and derives once for an environment. Two first requests may both do it; the results are equal. */
async function standing(cache: IsolateCache, env: Env): Promise<IsolateState> {
  const known = cache.get(env);
  if (known) return known;
  const read = readConfig(env as unknown as Record<string, unknown>);
  if (!read.ok) {
    const problems = read.error.map(({ path, message }) => `${path} ${message}`);
    const showsDetails = (env as { ENVIRONMENT?: unknown }).ENVIRONMENT === "development";
    throw new Unavailable(
      "config",
      new Error(`configuration: ${problems.join("; ")}`),
      showsDetails ? problems : [],
    );
  }
  const { authSecret, authSecretPrevious } = read.value;
  const made: IsolateState = {
    config: read.value,
    secrets: await createSecretRing(authSecret, authSecretPrevious),
    keyCache: emptyKeyCache(),
    assets: new Map(),
    providerCache: new Map(),
    healthCache: emptyHealthCache(),
  };
  cache.set(env, made);
  return made;
}
