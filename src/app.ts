import { type Context, Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { avatarImageRoutes } from "./accounts/avatar/image-routes.ts";
import { avatarRoutes } from "./accounts/avatar/routes.ts";
import { deletionRoutes } from "./accounts/deletion/routes.ts";
import { exportRoutes } from "./accounts/export/routes.ts";
import { phoneRoutes } from "./accounts/phone/routes.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { auditLogRoutes } from "./admin/audit-log/routes.ts";
import { userRoutes } from "./admin/users/routes.ts";
import { userActionRoutes } from "./admin/users/user-action-routes.ts";
import { docsRoutes } from "./api-docs/docs-routes.ts";
import { openApiRoutes } from "./api-docs/routes.ts";
import { apiKeyRoutes } from "./api-keys/routes.ts";
import { emailCodeRoutes } from "./authentication/email-code/routes.ts";
import { factorRemovalRoutes } from "./authentication/factor-removal/routes.ts";
import { knownDeviceRoutes } from "./authentication/known-devices/routes.ts";
import { relatedOriginRoutes } from "./authentication/passkeys/related-origin-routes.ts";
import { passkeyRoutes } from "./authentication/passkeys/routes.ts";
import { passkeySettingsRoutes } from "./authentication/passkeys/settings-routes.ts";
import { passwordResetRoutes } from "./authentication/password/password-reset/routes.ts";
import { passwordRoutes } from "./authentication/password/routes.ts";
import { reauthenticationChallengeRoutes } from "./authentication/reauthentication/challenge-routes.ts";
import { reauthenticationRoutes } from "./authentication/reauthentication/routes.ts";
import { factorEnrolmentRoutes } from "./authentication/second-factor/enrolment-routes.ts";
import { factorRoutes } from "./authentication/second-factor/factor-routes.ts";
import { secondFactorRoutes } from "./authentication/second-factor/routes.ts";
import { smsOtpRoutes } from "./authentication/second-factor/sms-otp/routes.ts";
import { allowsMethod, ROUTES_OF_METHODS, SIGN_IN_METHODS } from "./authentication/sign-in-methods.ts";
import { identityRoutes } from "./authentication/social/identity-routes.ts";
import { socialRoutes } from "./authentication/social/routes.ts";
import { captchaRoutes } from "./captcha/routes.ts";
import type { Env } from "./composition/bindings.ts";
import type { Deps } from "./composition/compose.ts";
import { type Composition, createComposition } from "./composition/composition.ts";
import { runInScope } from "./composition/request-scope.ts";
import { type Clock, systemClock } from "./core/clock.ts";
import { DEFERRED_WORK_DELAY_MS, deferBy, holdBack, startAtOnce } from "./core/deferred-work.ts";
import { newId } from "./core/ids.ts";
import { findUnavailable } from "./core/unavailable.ts";
import { type Meter, newMeter } from "./db/metered-d1.ts";
import { HEALTH_BODY, HEALTH_PATH, healthRoutes } from "./health/routes.ts";
import type { HttpEnv } from "./http/context.ts";
import { corsForAllowedOrigins } from "./http/cors.ts";
import { corsOfClientEndpoints, corsOfPublicDocuments } from "./http/public-cors.ts";
import { quickResponses } from "./http/quick-responses.ts";
import { rateLimited } from "./http/rate-limit.ts";
import { readCaller } from "./http/read-caller.ts";
import { renderFailures } from "./http/render-failure.ts";
import { type RequestLogLine, requestLog } from "./http/request-log.ts";
import { refuse } from "./http/respond.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { mailboxRoutes } from "./messaging/dev-mailbox/routes.tsx";
import { authorizationRoutes } from "./oauth/authorization/routes.ts";
import { clientRoutes } from "./oauth/clients/routes.ts";
import { clientSecretRoutes } from "./oauth/clients/secret-routes.ts";
import { deviceAuthorizationRoutes } from "./oauth/device/routes.ts";
import { discoveryRoutes } from "./oauth/discovery/routes.ts";
import { CLIENT_ENDPOINTS, DISCOVERY_PATHS, isClientEndpoint } from "./oauth/endpoints.ts";
import { connectedAppRoutes } from "./oauth/grants/routes.ts";
import { introspectionRoutes } from "./oauth/introspection/routes.ts";
import { renderOAuthFailures } from "./oauth/oauth-response.ts";
import { pushedRequestRoutes } from "./oauth/par/routes.ts";
import { clientRegistrationRoutes } from "./oauth/registration/routes.ts";
import { revocationRoutes } from "./oauth/revocation/routes.ts";
import { tokenRoutes } from "./oauth/token/routes.ts";
import { userinfoRoutes } from "./oauth/userinfo/routes.ts";
import { pageRoutes } from "./page-routes.tsx";
import { guardedRoutes } from "./rate-limit/policies.ts";
import { registrationRoutes } from "./registration/routes.ts";
import { signUpFieldRoutes } from "./registration/sign-up-fields/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { KEY_SET_PATH, keySetHeaders, keySetRoutes } from "./sessions/signing-keys/routes.ts";
import { renderFailurePage } from "./ui/render-failure.tsx";

type AppEnv = {
  Bindings: Env;
  Variables: HttpEnv["Variables"] & { deps: Deps; meter: Meter };
};

export type AppOptions = {
  readonly clock?: Clock;
  /** The Worker shares it with the RPC entrypoint and the cron runs. Default: the app's own. */
  readonly composition?: Composition;
  /** Receives one line for each request. Default: the console, as JSON. */
  readonly log?: (line: RequestLogLine) => void;
  /** Milliseconds between a response and the work deferred until after it. */
  readonly deferredWorkDelayMs?: number;
};

/** The service as one Hono app: the middleware of every request, and the routes of the features. */
export function createApp(options: AppOptions = {}) {
  const {
    clock = systemClock,
    deferredWorkDelayMs = DEFERRED_WORK_DELAY_MS,
    composition = createComposition(),
    log = (line) => console.log(JSON.stringify(line)),
  } = options;
  const app = new Hono<AppEnv>();
  const depsOf = (c: Context): Deps => c.get("deps");

  const quickly = (path: string, headers: Record<string, string>, bodyOf: (deps: Deps) => string | null) => ({
    path,
    headers,
    bodyOf: (env: Env) => {
      // The first request of an isolate takes the full path, which reports an invalid configuration.
      const deps = composition.existing(env);
      const body = deps ? bodyOf(deps) : null;
      if (body !== null) deps?.metrics.request(`GET ${path}`);
      return body;
    },
  });
  const respondQuickly = quickResponses([
    quickly(HEALTH_PATH, {}, () => HEALTH_BODY),
    quickly(KEY_SET_PATH, keySetHeaders, (deps) => deps.keyRing.cachedKeySet(clock.now())),
  ]);
  const respond = app.fetch;
  app.fetch = (request, env, context) =>
    respondQuickly(request, env as Env) ?? respond(request, env, context);

  app.use((c, next) => {
    const requestId = newId();
    const meter = newMeter();
    // After the response: deferred work must neither compete with it nor show in its duration.
    const { defer, release } = holdBack(deferBy(c.executionCtx, deferredWorkDelayMs, requestId));
    c.set("requestId", requestId);
    c.set("caller", readCaller(c.req.raw.headers));
    c.set("meter", meter);
    const startWork = startAtOnce(c.executionCtx, requestId);
    return runInScope({ clock, meter, defer, startWork }, async () => {
      await next();
      c.res.headers.set("X-Request-Id", requestId);
      release();
    });
  });
  app.use(
    requestLog({
      clock,
      countsOf: (c) => c.get("meter"),
      // With an invalid configuration there are no deps, and the environment is unknown.
      showsDetails: (c) => (c.get("deps") as Deps | undefined)?.isDevelopment ?? false,
      write: (line, c) => {
        log(line);
        const { failure } = line;
        if (failure) (c.get("deps") as Deps | undefined)?.metrics.refusal({ ...line, failure });
      },
    }),
  );
  app.use(securityHeaders());
  app.use(renderFailures(renderFailurePage((c) => c.get("deps"))));
  app.use(renderOAuthFailures());
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        // In production /dev/* does not exist: 404, not 405.
        if (c.req.path.startsWith("/dev/") && !depsOf(c).isDevelopment) return c.res;
        c.header("Allow", methods.join(", "));
        return refuse(c, "method_not_allowed");
      },
    }),
  );
  app.use(async (c, next) => {
    c.set("deps", await composition(c.env));
    await next();
  });

  app.use("/api/auth/*", corsForAllowedOrigins(depsOf));
  for (const path of CLIENT_ENDPOINTS) app.use(path, corsOfClientEndpoints());
  for (const path of [...DISCOVERY_PATHS, KEY_SET_PATH]) app.use(path, corsOfPublicDocuments());
  for (const method of SIGN_IN_METHODS) {
    for (const path of ROUTES_OF_METHODS[method]) {
      app.use(path, (c, next) =>
        allowsMethod(depsOf(c).settings, method) ? next() : Promise.resolve(refuse(c, "not_found")),
      );
    }
  }
  for (const { method, path, policy } of guardedRoutes()) {
    const isForm = method === "POST" && !path.startsWith("/api/") && !isClientEndpoint(path);
    app.on(method, path, rateLimited(depsOf, policy, isForm));
  }
  for (const routes of [
    captchaRoutes,
    registrationRoutes,
    signUpFieldRoutes,
    passwordRoutes,
    emailCodeRoutes,
    secondFactorRoutes,
    smsOtpRoutes,
    factorRemovalRoutes,
    factorRoutes,
    factorEnrolmentRoutes,
    passkeyRoutes,
    passkeySettingsRoutes,
    reauthenticationRoutes,
    reauthenticationChallengeRoutes,
    knownDeviceRoutes,
    sessionRoutes,
    accountRoutes,
    deletionRoutes,
    exportRoutes,
    passwordResetRoutes,
    avatarRoutes,
    userRoutes,
    userActionRoutes,
    auditLogRoutes,
    identityRoutes,
    phoneRoutes,
    socialRoutes,
    apiKeyRoutes,
    clientRoutes,
    clientSecretRoutes,
    connectedAppRoutes,
  ]) {
    app.route("/api/auth", routes(depsOf));
  }
  app.route("/", keySetRoutes(depsOf));
  app.route("/", relatedOriginRoutes(depsOf));
  for (const routes of [
    discoveryRoutes,
    pushedRequestRoutes,
    tokenRoutes,
    userinfoRoutes,
    introspectionRoutes,
    revocationRoutes,
    deviceAuthorizationRoutes,
    clientRegistrationRoutes,
  ]) {
    app.route("/", routes(depsOf));
  }
  app.route("/", authorizationRoutes(depsOf));
  app.route("/", healthRoutes(depsOf));
  app.route("/", avatarImageRoutes(depsOf));
  app.route("/", pageRoutes(depsOf));
  app.route("/", openApiRoutes(depsOf));
  app.route("/", docsRoutes(depsOf));
  // The bundler replaces NODE_ENV, so a production bundle does not contain the development mailbox.
  if (process.env.NODE_ENV !== "production") {
    app.use("/dev/*", async (c, next) => (depsOf(c).isDevelopment ? next() : refuse(c, "not_found")));
    app.route("/", mailboxRoutes(depsOf));
  }

  app.notFound((c) => refuse(c, "not_found"));
  app.onError((error, c) => refuse(c, findUnavailable(error) ? "unavailable" : "internal"));
  return app;
}
