import fc from "fast-check";
import { describe, expect, inject, it, vi } from "vitest";
import { errorTable } from "../../../src/http/error-table.ts";
import { CLIENT_ENDPOINTS, DISCOVERY_PATHS, isClientEndpoint } from "../../../src/oauth/endpoints.ts";
import { ratePolicies } from "../../../src/rate-limit/policies.ts";
import { NOTES, NOTES_RESOURCE } from "../../support/api-keys.ts";
import { offerAuthenticator, totpCodeOf } from "../../support/authenticators.ts";
import { type HostileRequest, hostileRequests, type Material } from "../../support/hostile-requests.ts";
import { markDeviceAsKnown, requestPhoneCode, startSecondFactor } from "../../support/one-time-codes.ts";
import { bodyRoutes, methodsByPath } from "../../support/routes.ts";
import { FUZZ_SEED } from "../../support/seed-fuzz.ts";
import { startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import {
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../support/users.ts";

/** `npm run check` sends 10,000. */
const REQUESTS = Number(inject("fuzzRequests") ?? 1_000);
const REQUESTS_A_ROUND = 500;
/** Every kind of response is expected, and some seeds give a rare one late: so many requests are sent until then. */
const REQUESTS_AT_MOST = Math.max(REQUESTS, 10_000);
const EXPECTED_STATUSES = [200, 201, 400, 401, 403, 404, 405, 413, 415];
const RESPONSE_TIMEOUT_MS = 10_000;

/** All rate limits are on, and too high to be reached. */
const limits = Object.fromEntries(Object.keys(ratePolicies).map((name) => [name, { limit: 1_000_000 }]));
const providers = openProviders();
const service = startService({
  env: {
    RATE_LIMITS: JSON.stringify(limits),
    MAIL_HOURLY_CAP: "100000",
    SMS_HOURLY_CAP: "100000",
    RESOURCES: NOTES_RESOURCE,
    BURST: undefined,
    ...providers.gitHubAlone,
  },
});

/** Text of an internal, database or runtime error in a response. */
const LEAK =
  /\b\w*Error:|\bD1_[A-Z]{4}|SQLITE|(?<!<)\bSELECT\s|\bINSERT\s+INTO|\bUPDATE\s+"|\bfrom\s+"\w+"|\bat\s+\S+\s+\(\S+:\d+|\/(?:src|work|home|node_modules)\/|\.ts:\d+|cause:|\[object /i;

/** Users and secrets of one round. Each round has its own, because requests consume them. */
async function createMaterial(): Promise<Material> {
  const [me, other] = [await registerAndLogIn(service), await registerVerifiedUser(service)];
  const withSecondFactor = await registerAndLogIn(service);
  await markDeviceAsKnown(withSecondFactor.token);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, withSecondFactor.token);
  const shown = await startSecondFactor(service, withSecondFactor.email);
  // This session may enrol factors.
  const { token: enrolling } = (await service.post("/login/otp", shown)).body.data;
  const offered = await offerAuthenticator(service, enrolling);
  const { challengeId, code } = await startSecondFactor(service, withSecondFactor.email);
  const texted = await requestPhoneCode(service, me.token);
  const { email: unverified } = await register(service);
  const verifying = await tokenMailedTo(service, unverified);
  await service.post("/forgot-password", { email: other.email });
  const resetting = await tokenMailedTo(service, other.email);
  const csrf = await service.get("/csrf-token");
  const cookie = csrf.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const session = `__Host-gh_access=${me.token}; __Host-gh_refresh=${me.refreshToken}`;
  const emails = [me.email, other.email, unverified, "unknown@example.com", "NEW.user@example.com"];
  const passwords = [PASSWORD, PASSWORD, PASSWORD, "another quiet harbour 9", "short", "password123"];
  const newUsername = `ada-${crypto.randomUUID().slice(0, 8)}`;
  const ids = [challengeId, texted.challengeId, crypto.randomUUID()];
  return {
    paths: [
      ...methodsByPath(service).map(({ path }) => path),
      ...["start", "start?returnTo=/x", `callback?code=x&state=${crypto.randomUUID()}`, "token"].map(
        (path) => `/api/auth/social/github/${path}`,
      ),
    ],
    bodies: bodyRoutes(service),
    tokens: [me.token, me.refreshToken, withSecondFactor.token, enrolling, csrf.body.data.csrfToken],
    cookies: [session, cookie, `${session}; ${cookie}`],
    values: {
      ...{ email: emails, newEmail: emails, password: passwords, currentPassword: passwords },
      ...{
        newPassword: passwords,
        confirmPassword: passwords,
        challengeId: ids,
        code: [code, texted.code, totpCodeOf(service, offered.secret), "000000"],
        enrolmentToken: [offered.enrolmentToken],
        label: ["Phone", null],
        resource: [NOTES, "notes"],
        scopes: [["notes:read"], ["notes:read", "notes:write"]],
        expiresInDays: [30, null],
      },
      phone: [texted.phone, "+1 (415) 555-0100", "+14155550101", "4155550102", "+0"],
      token: [verifying, resetting, me.token, me.refreshToken],
      ...{ refreshToken: [me.refreshToken, withSecondFactor.refreshToken, me.token], enabled: [true, false] },
      ...{
        name: ["Ada", "Grace"],
        lastName: ["Hopper", "Lovelace", null],
        username: [newUsername, "ada.l", "ADA.L", null],
        age: [36, 40, null],
      },
      ...{ idToken: [me.token], accessToken: ["x"], codeVerifier: ["x"] },
      ...{ transport: ["bearer", "cookie"], captchaToken: ["0.x"], deviceToken: [me.token] },
    },
  };
}

function requestOf({ method, path, headers, body }: HostileRequest): Request | null {
  try {
    const all = new Headers();
    for (const [name, value] of headers) all.append(name, value);
    return new Request(`http://gatehouse.test${path}`, { method, headers: all, body });
  } catch {
    // The platform rejects such a request, so it cannot reach the service.
    return null;
  }
}

async function send(request: Request): Promise<{ response: Response; text: string }> {
  const { response, ended } = await service.fetchRaw(request);
  const text = await response.text();
  await ended();
  return { response, text };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no response within ${RESPONSE_TIMEOUT_MS / 1000} s`)),
      RESPONSE_TIMEOUT_MS,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Responses without the envelope: their format is that of a standard or of the development mailbox. */
const BARE: readonly string[] = [
  "/.well-known/jwks.json",
  "/openapi.json",
  "/dev/mailbox.json",
  ...DISCOVERY_PATHS,
  ...CLIENT_ENDPOINTS,
];
/** The endpoints of OAuth clients answer errors as RFC 6749 §5.2 says. */
const isOAuthError = (path: string, text: string): boolean =>
  isClientEndpoint(path) && typeof JSON.parse(text).error === "string";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function expectSound(request: Request, { response, text }: { response: Response; text: string }): void {
  const { status, headers } = response;
  expect(status).toBeLessThan(500);
  expect(headers.get("X-Request-Id")).toMatch(UUID);
  const path = new URL(request.url).pathname;
  if (!BARE.includes(path) && !path.startsWith("/dev/")) {
    // The style sheet of a page contains "select" and "from" too.
    // Each bundle is a library's public file, whose code contains such words.
    if (
      !(response.ok && /\/docs\/scalar\.js$|\/pages\/passkeys-\w+\.js$/.test(new URL(request.url).pathname))
    ) {
      expect(text.replace(/<style .*?<\/style>/s, "")).not.toMatch(LEAK);
    }
  }
  if (!headers.get("Content-Type")?.startsWith("application/json")) {
    // Pages, redirects, and responses without a body.
    expect(status < 400 || text === "" || headers.get("Content-Type")?.startsWith("text/html")).toBe(true);
    return;
  }
  if (text === "" || (status === 200 && BARE.includes(path)) || isOAuthError(path, text)) return;
  const body = JSON.parse(text) as Record<string, unknown>;
  if (status < 300) {
    expect(body.success).toBe(true);
    expect(["success", "message", "data"]).toEqual(expect.arrayContaining(Object.keys(body)));
    return;
  }
  const requestId = headers.get("X-Request-Id");
  const code = (body.error as { code: keyof typeof errorTable }).code;
  expect(body).toEqual({
    success: false,
    message: expect.any(String),
    error: expect.objectContaining({ code: expect.any(String), requestId }),
  });
  expect(errorTable[code]?.[0]).toBe(status);
}

/** Sends the requests of one round and counts the statuses of the responses. */
async function runRound(round: number, statusCounts: Map<number, number>): Promise<void> {
  const requests = hostileRequests(await createMaterial()).map((made) => ({
    made,
    request: requestOf(made),
  }));
  await fc.assert(
    fc.asyncProperty(
      requests.filter(({ request }) => request !== null),
      async ({ request }) => {
        if (request === null) return;
        const answer = await inTime(send(request));
        const { status } = answer.response;
        statusCounts.set(status, (statusCounts.get(status) ?? 0) + 1);
        expectSound(request, answer);
      },
    ),
    { seed: FUZZ_SEED + round, numRuns: REQUESTS_A_ROUND, endOnFailure: true },
  );
}

/** Milliseconds for all rounds, which are one test, because it also counts the requests and their statuses. */
const TIMEOUT_MS = 900_000;

describe(`fuzzing with at least ${REQUESTS} generated requests`, () => {
  it(`gives a sound response to each generated request, and every kind of response: seed ${FUZZ_SEED}`, {
    timeout: TIMEOUT_MS,
  }, async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    const statusCounts = new Map<number, number>();
    const isEnough = (sent: number) =>
      sent >= REQUESTS_AT_MOST ||
      (sent >= REQUESTS && EXPECTED_STATUSES.every((status) => statusCounts.has(status)));
    for (let round = 1; !isEnough((round - 1) * REQUESTS_A_ROUND); round += 1) {
      await runRound(round, statusCounts);
      // Deferred work did not fail either.
      expect(errors, `round ${round}`).not.toHaveBeenCalled();
    }
    log.mockRestore();
    const sent = [...statusCounts.values()].reduce((sum, count) => sum + count, 0);
    console.log(
      `fuzz: seed ${FUZZ_SEED}, ${sent} requests:`,
      JSON.stringify(Object.fromEntries([...statusCounts].sort())),
    );
    expect(sent).toBeGreaterThanOrEqual(REQUESTS);
    expect([...statusCounts.keys()]).toEqual(expect.arrayContaining(EXPECTED_STATUSES));
  });
});
