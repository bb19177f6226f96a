import { env } from "cloudflare:workers";
import { Secret, TOTP } from "otpauth";
import type { ApiResponse, Service } from "./service.ts";
import { PASSWORD, registerVerifiedUser, type Tokens } from "./users.ts";

const STEP = 30_000;

/** An authenticator app, by an independent implementation of RFC 6238. */
export type Authenticator = {
  readonly id: string;
  readonly secret: string;
  /** The code that the app shows now, or that many time steps later. */
  readonly code: (steps?: number) => string;
};

/** The code of a secret at the clock of the service. */
export const totpCodeOf = (service: Pick<Service, "clock">, secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: service.clock.now() + steps * STEP });

/** Six digits that are no code of the secret within the window. */
export function wrongTotpCode(service: Pick<Service, "clock">, secret: string): string {
  const valid = [-1, 0, 1].map((steps) => totpCodeOf(service, secret, steps));
  const candidates = ["000000", "111111", "222222", "333333"];
  return candidates.find((code) => !valid.includes(code)) ?? "";
}

/** A user whose session may enrol a factor: it was opened on a known device. */
export async function logInOnKnownDevice(
  service: Service,
  email: string,
): Promise<Tokens & { readonly deviceToken: string }> {
  const logIn = async (fields: object) => {
    const answer = await service.post("/login", { email, password: PASSWORD, ...fields });
    if (!answer.body.data?.token) throw new Error(`login answered ${answer.status}: ${answer.text}`);
    return answer.body.data;
  };
  const { deviceToken } = await logIn({});
  service.clock.advance(1);
  return logIn({ deviceToken });
}

/** A new user with such a session. */
export async function registerOnKnownDevice(service: Service) {
  const { email } = await registerVerifiedUser(service);
  return { email, ...(await logInOnKnownDevice(service, email)) };
}

export type Offered = { readonly enrolmentToken: string; readonly secret: string };

/** Starts the enrolment of an authenticator. */
export async function offerAuthenticator(
  service: Service,
  token: string,
): Promise<Offered & { readonly uri: string; readonly qrSvg: string; readonly expiresIn: number }> {
  const answer = await service.post("/me/factors/totp", undefined, token);
  if (answer.status !== 200)
    throw new Error(`POST /me/factors/totp answered ${answer.status}: ${answer.text}`);
  return answer.body.data;
}

export const verifyAuthenticator = (
  service: Service,
  token: string,
  { enrolmentToken, secret }: Offered,
  fields: object = {},
): Promise<ApiResponse> =>
  service.post(
    "/me/factors/totp/verify",
    { enrolmentToken, code: totpCodeOf(service, secret), ...fields },
    token,
  );

/** Adds an authenticator. The clock moves on, so that its next code is accepted. */
export async function addAuthenticator(
  service: Service,
  token: string,
  fields: object = {},
): Promise<Authenticator> {
  const offered = await offerAuthenticator(service, token);
  const answer = await verifyAuthenticator(service, token, offered, fields);
  if (answer.status !== 201) throw new Error(`verification answered ${answer.status}: ${answer.text}`);
  service.clock.advance(STEP);
  const { secret } = offered;
  return { id: answer.body.data.id, secret, code: (steps) => totpCodeOf(service, secret, steps) };
}

/** A new user with an authenticator. `token`: the session that added it. */
export async function registerWithAuthenticator(service: Service) {
  const user = await registerOnKnownDevice(service);
  return { ...user, authenticator: await addAuthenticator(service, user.token) };
}

/** Creates a set of recovery codes. */
export async function createCodes(service: Service, token: string): Promise<string[]> {
  const answer = await service.post("/me/factors/recovery-codes", undefined, token);
  if (answer.status !== 201) throw new Error(`recovery codes answered ${answer.status}: ${answer.text}`);
  return answer.body.data.codes;
}

/** Logs in up to the second factor. */
export async function startChallenge(service: Service, email: string, fields: object = {}): Promise<string> {
  const answer = await service.post("/login", { email, password: PASSWORD, ...fields });
  const { challengeId } = answer.body.data ?? {};
  if (!challengeId) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return challengeId;
}

/** Inserts copies of a challenge, which a sign-in cannot do: each one replaces the earlier. Returns all ids. */
export async function multiplyChallenge(challengeId: string, count: number): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT * FROM one_time_codes WHERE id = ?")
    .bind(challengeId)
    .all();
  const [row = {}] = results;
  const columns = Object.keys(row);
  const ids = Array.from({ length: count - 1 }, () => crypto.randomUUID());
  const insert = env.DB.prepare(
    `INSERT INTO one_time_codes (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  await env.DB.batch(ids.map((id) => insert.bind(...Object.values({ ...row, id }))));
  return [challengeId, ...ids];
}
