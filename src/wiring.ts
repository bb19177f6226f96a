import { sweepAvatars } from "./avatars/sweep-avatars.ts";
import { createBreachedPasswords } from "./breached-passwords/range-api.ts";
import { createCaptcha } from "./captcha/providers.ts";
import { type HumanClaim, requireHuman } from "./captcha/require-human.ts";
import type { CaptchaSettings } from "./captcha/settings.ts";
import { type Config, readConfig } from "./config.ts";
import { createCounters, type EventsBinding } from "./counters/counters.ts";
import { emptyHealthCache, type HealthCache } from "./health/check-stores.ts";
import type { Clock } from "./kernel/clock.ts";
import { SECOND } from "./kernel/clock.ts";
import { keyedHash } from "./kernel/crypto/keyed-hash.ts";
import { createPasswordHasher } from "./kernel/crypto/password-hash.ts";
import { createSecretRing, type SecretRing } from "./kernel/crypto/secret-ring.ts";
import type { Locale } from "./kernel/locale.ts";
import type { Trouble } from "./kernel/trouble.ts";
import { Unavailable } from "./kernel/unavailable.ts";
import type { MailWords } from "./mail/messages/catalogue.ts";
import type { SendEmailBinding } from "./mail/providers/cloudflare.ts";
import { createMailProvider } from "./mail/providers.ts";
import { sendMail } from "./mail/send-mail.ts";
import { type DeliverMessageDeps, deliverMessage } from "./outbox/deliver-message.ts";
import { draftMessage } from "./outbox/draft-message.ts";
import type { Outbox } from "./outbox/outbox-port.ts";
import type { PageKit } from "./pages/page.ts";
import { createBurstGuard, type RateLimitBinding } from "./rate-limit/burst-guard.ts";
import { type LimitRouteInput, limitRoute } from "./rate-limit/limit-route.ts";
import { authenticate } from "./sessions/authenticate.ts";
import { createKeyRing, emptyKeyCache, type KeyCache } from "./sessions/signing-keys/key-ring.ts";
import { createSmsProvider } from "./sms/providers.ts";
import { sendText } from "./sms/send-text.ts";
import type { MetadataCache } from "./social-providers/code-flow.ts";
import { createSocialProviders } from "./social-providers/providers.ts";
import { accountLocaleStorage } from "./storage/account-locales.ts";
import { accountStorage } from "./storage/accounts.ts";
import { type AssetsBinding, assetStorage, type KeptAssets } from "./storage/assets.ts";
import { auditStorage } from "./storage/audit.ts";
import { avatarObjectStorage } from "./storage/avatar-objects.ts";
import { avatarStorage } from "./storage/avatars.ts";
import { challengeStorage } from "./storage/challenges.ts";
import { openDatabase } from "./storage/database.ts";
import { deadMessageStorage } from "./storage/dead-messages.ts";
import { denylistStorage } from "./storage/denylist.ts";
import { emailVerificationStorage } from "./storage/email-verifications.ts";
import { expiredStorage } from "./storage/expired.ts";
import { humanProofStorage } from "./storage/human-proofs.ts";
import { identityStorage } from "./storage/identities.ts";
import { invitationStorage } from "./storage/invitations.ts";
import { loginCodeStorage } from "./storage/login-codes.ts";
import { loginStorage } from "./storage/logins.ts";
import { mailboxStorage } from "./storage/mailbox.ts";
import type { Meter } from "./storage/metered-d1.ts";
import { linkStorage } from "./storage/one-time-links.ts";
import { outboxStorage } from "./storage/outbox.ts";
import { passwordResetStorage } from "./storage/password-resets.ts";
import { phoneStorage } from "./storage/phones.ts";
import { storeProbes } from "./storage/probes.ts";
import { rateCounterStorage } from "./storage/rate-counters.ts";
import { registrationStorage } from "./storage/registrations.ts";
import { secondStepStorage } from "./storage/second-steps.ts";
import { sessionStorage } from "./storage/sessions.ts";
import { signingKeyStorage } from "./storage/signing-keys.ts";
import { socialSignInStorage } from "./storage/social-sign-ins.ts";
import { userDirectoryStorage } from "./storage/user-directory.ts";
import { userStandingStorage } from "./storage/user-standing.ts";
import { userStorage } from "./storage/users.ts";

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
type Standing = {
  readonly config: Config;
  readonly secrets: SecretRing;
  readonly keyCache: KeyCache;
  readonly assets: KeptAssets;
  readonly providerCache: MetadataCache;
  readonly healthCache: HealthCache;
};

/** One for each app; what it holds belongs to no request. */
export type StandingCache = WeakMap<object, Standing>;

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
export type Deps = Awaited<ReturnType<typeof wire>>;

export async function wire(cache: StandingCache, request: Request) {
  const { env, clock, meter, defer, providerPatience } = request;
  const kept = await standing(cache, env);
  const { config, secrets, keyCache, assets: keptAssets, providerCache, healthCache } = kept;
  const { settings, sendCaps } = config;
  const counters = createCounters(env.EVENTS);
  const db = openDatabase(env.DB, meter, counters.event);
  const signingKeys = signingKeyStorage(db);
  const keyRing = createKeyRing({ signingKeys, secrets, clock, cache: keyCache });
  const sessions = sessionStorage(db, sendCaps);
  const mailbox = mailboxStorage(db);
  const humanProofs = humanProofStorage(db);
  const troubleAt = (provider: string) => (trouble: Trouble) => {
    meter.providerTrouble.push(`${provider}: ${trouble}`);
  };
  const captcha = createCaptcha(config.captcha, { onTrouble: troubleAt(config.captcha.provider) });
  const avatars = avatarStorage(db);
  const avatarObjects = avatarObjectStorage(env.AVATARS);
  const assets = assetStorage(env.ASSETS, keptAssets);
  const delivery = messageDelivery({ config, clock, db, mailbox, assets, binding: env.SEND_EMAIL });
  return {
    clock,
    defer,
    settings,
    secrets,
    counters,
    ...delivery,
    isDevelopment: config.environment === "development",
    keepsMail: config.mail.provider === "mailbox",
    hasher: createPasswordHasher(secrets, config.passwordHashBlocks),
    breachedPasswords: createBreachedPasswords({
      apiBase: config.breachedPasswordsApi,
      timeout: 2 * SECOND,
      onTrouble: troubleAt("breached-passwords"),
    }),
    keyRing,
    signingKeys,
    sessions,
    mailbox,
    captcha,
    humanProofs,
    captchaWidget: widgetOf(config.captcha),
    humans: { require: (claim: HumanClaim) => requireHuman({ clock, captcha, humanProofs }, claim) },
    limitRoute: (call: LimitRouteInput) =>
      limitRoute(
        {
          clock,
          defer,
          policies: config.rateLimits,
          burstGuard: createBurstGuard(env.BURST, meter),
          counters: rateCounterStorage(env.KV, meter),
          hash: (text) => keyedHash(secrets.current, "rate-key", text),
        },
        call,
      ),
    logins: { ...loginStorage(db, sendCaps), ...secondStepStorage(db, sendCaps) },
    challenges: challengeStorage(db, sendCaps),
    accounts: accountStorage(db, sendCaps),
    accountLocales: accountLocaleStorage(db),
    phones: phoneStorage(db, sendCaps),
    registrations: registrationStorage(db, sendCaps),
    emailVerifications: emailVerificationStorage(db, sendCaps),
    users: userStorage(db, sendCaps),
    standings: userStandingStorage(db),
    invitations: invitationStorage(db, sendCaps),
    directory: userDirectoryStorage(db),
    trail: auditStorage(db),
    avatars,
    avatarObjects,
    assets,
    commonPasswords: () => assets.keep("/common-passwords.txt", (text) => new Set(text.split("\n"))),
    pageKit: async (locale: Locale): Promise<PageKit> => ({
      words: await assets.keep(`/pages/words/${locale}.json`, JSON.parse),
      style: await assets.keep("/pages/style.css", lessSpace),
    }),
    docsStyle: async () =>
      (await assets.keep("/pages/style.css", lessSpace)) + (await assets.keep("/docs/style.css", lessSpace)),
    sweepAvatars: () => sweepAvatars({ clock, avatars, avatarObjects }),
    passwordResets: passwordResetStorage(db, sendCaps),
    links: linkStorage(db, sendCaps),
    identities: identityStorage(db, sendCaps),
    socialSignIns: socialSignInStorage(db),
    loginCodes: loginCodeStorage(db, sendCaps),
    socialProviders: createSocialProviders(config.social, {
      clock,
      cache: providerCache,
      timeout: providerPatience,
      troubleAt,
    }),
    expired: expiredStorage(db),
    healthCache,
    probes: {
      ...storeProbes({ db, kv: env.KV, bucket: env.AVATARS, assets: env.ASSETS, meter }),
      signingKey: () => keyRing.signingKey(),
    },
    denylist: denylistStorage({ kv: env.KV, db, meter, defer }),
    authenticate: (token: string) => authenticate({ keyRing, clock, settings, sessions }, token),
    messages: {
      draft: (message, to) => draftMessage({ secrets }, message, to),
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
  readonly mailbox: ReturnType<typeof mailboxStorage>;
  readonly assets: ReturnType<typeof assetStorage>;
  readonly binding: SendEmailBinding | undefined;
};

function messageDelivery(parts: DeliveryParts) {
  const { config, clock, db, mailbox, assets, binding } = parts;
  const { settings } = config;
  const provider = createMailProvider(config.mail, { mailbox, sendEmailBinding: binding, clock });
  const wordsOf = (locale: Locale): Promise<MailWords> =>
    assets.keep(`/mail/words/${locale}.json`, JSON.parse);
  const texts = createSmsProvider(config.sms, { mailbox, clock });
  return {
    outbox: { ...outboxStorage(db), ...deadMessageStorage(db) },
    channels: {
      email: (letter) => sendMail({ provider, wordsOf, settings }, letter),
      sms: (letter) => sendText({ provider: texts, settings }, letter),
    } satisfies DeliverMessageDeps["channels"],
  };
}

/** A style sheet without its comments and lines: it is sent with every page. */
const lessSpace = (css: string): string => css.replace(/\/\*.*?\*\/|\s+/gs, " ");

/** What pages show; the secret is none of their business. */
const widgetOf = (captcha: CaptchaSettings) =>
  captcha.provider === "off" ? null : { provider: captcha.provider, siteKey: captcha.siteKey };

/** Parses and derives once for an environment. Two first requests may both do it; the results are equal. */
async function standing(cache: StandingCache, env: Env): Promise<Standing> {
  const known = cache.get(env);
  if (known) return known;
  const read = readConfig(env as unknown as Record<string, unknown>);
  if (!read.ok) {
    const problems = read.error.map(({ path, message }) => `${path} ${message}`);
    const isTold = (env as { ENVIRONMENT?: unknown }).ENVIRONMENT === "development";
    throw new Unavailable(
      "config",
      new Error(`configuration: ${problems.join("; ")}`),
      isTold ? problems : [],
    );
  }
  const { authSecret, authSecretPrevious } = read.value;
  const made: Standing = {
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
