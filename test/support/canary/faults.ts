import type { ApiDriver } from "./api-driver.ts";

const MINUTE = 60_000;

/** Sends secrets in wrong places: in paths, queries, headers, other fields and broken JSON. */
export async function sendMisplacedSecrets(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, post, captchaToken, logIn } = driver;
  const { token = "", refreshToken = "" } = await logIn(email, currentPassword);
  for (const secret of [currentPassword, token, refreshToken, captchaToken()]) {
    const inUrl = encodeURIComponent(secret);
    await ask("GET", `/${inUrl}`);
    await ask("DELETE", `/sessions/${inUrl}`, { token });
    await ask("GET", `/me?password=${inUrl}`, { token });
    await ask("PUT", `/login?${inUrl}`);
    await ask("GET", "/me", { headers: { Authorization: `Basic ${inUrl}`, "X-Request-Id": inUrl } });
    await ask("POST", "/login", { body: `{"password":${JSON.stringify(secret)}` });
    for (const field of ["email", "captchaToken", "transport"]) {
      await post("/login", { email, password: "wrong", [field]: secret });
    }
    await post("/verify-email", { token: secret });
    await post("/login/otp", { challengeId: secret, code: secret });
    await post("/refresh", { refreshToken: secret });
  }
}

/** Sends requests while D1, KV or the providers are unavailable. */
export async function sendDuringOutages(driver: ApiDriver, email: string, currentPassword: string) {
  const { ask, issuedBy, captchaToken, password, address, number, mailedToken, logIn, watched } = driver;
  const { token, refreshToken } = await logIn(email, currentPassword);
  const requests: [string, unknown][] = [
    [
      "/register",
      { email: address(), password: password("during an outage"), name: "Ada", captchaToken: captchaToken() },
    ],
    ["/login", { email, password: currentPassword }],
    ["/forgot-password", { email, captchaToken: captchaToken() }],
    ["/verify-email", { token: watched.canaries.plant("a made-up token", "canary-token-never-issued") }],
    [
      "/me/password",
      { currentPassword: password("of another account"), newPassword: password("after an outage") },
    ],
    ["/me/email", { newEmail: address(), password: currentPassword }],
    ["/me/phone", { phone: number() }],
    ["/me/phone/verify", { challengeId: crypto.randomUUID(), code: "404404" }],
    ["/refresh", { refreshToken }],
    ["/logout", undefined],
  ];
  for (const outage of ["d1", "kv"] as const) {
    for (const [path, body] of requests) issuedBy(await ask("POST", path, { body, token }, outage));
  }
  await watched.providersFail(
    `${currentPassword} ${email} ${token} canary-mail-api-key canary-sms-auth-token`,
  );
  const lateEmail = await signUpWithoutProviders(driver);
  await watched.runCron("* * * * *");
  await watched.providersWork();
  await watched.mailWorks();
  watched.clock.advance(5 * MINUTE);
  await watched.runCron("* * * * *");
  await mailedToken(lateEmail);
}

async function signUpWithoutProviders(driver: ApiDriver): Promise<string> {
  const { post, issuedBy, captchaToken, password, address, watched } = driver;
  const proof = async () => issuedBy(await post("/captcha/verify", { token: captchaToken() })).humanProof;
  await post("/captcha/verify", { token: captchaToken() });
  await watched.captcha.answer({
    kind: "respond",
    status: 200,
    body: '{"success":true,"hostname":"gatehouse.test"}',
  });
  const email = address();
  const body = {
    email,
    password: password("during provider failures"),
    name: "Ada",
    captchaToken: await proof(),
  };
  await post("/register", body);
  return email;
}
