import type { PageDriver } from "./page-driver.ts";

const MINUTE = 60_000;

/** Secrets where they do not belong: in paths, queries, headers, other fields, and broken JSON. */
export async function misplacedSecrets(traveller: PageDriver, email: string, word: string) {
  const { ask, post, captchaToken, logIn } = traveller;
  const { token = "", refreshToken = "" } = await logIn(email, word);
  for (const secret of [word, token, refreshToken, captchaToken()]) {
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

/** The same requests while something that the service needs is out. */
export async function outages(traveller: PageDriver, email: string, word: string) {
  const { ask, issuedBy, captchaToken, password, address, number, mailedToken, logIn, watched } = traveller;
  const { token, refreshToken } = await logIn(email, word);
  const requests: [string, unknown][] = [
    [
      "/register",
      { email: address(), password: password("of a dark day"), name: "Ada", captchaToken: captchaToken() },
    ],
    ["/login", { email, password: word }],
    ["/forgot-password", { email, captchaToken: captchaToken() }],
    ["/verify-email", { token: watched.canaries.plant("a made-up token", "canary-token-of-nobody") }],
    [
      "/me/password",
      { currentPassword: password("of somebody else"), newPassword: password("of a dark night") },
    ],
    ["/me/email", { newEmail: address(), password: word }],
    ["/me/phone", { phone: number() }],
    ["/me/phone/verify", { challengeId: crypto.randomUUID(), code: "404404" }],
    ["/refresh", { refreshToken }],
    ["/logout", undefined],
  ];
  for (const outage of ["d1", "kv"] as const) {
    for (const [path, body] of requests) issuedBy(await ask("POST", path, { body, token }, outage));
  }
  await watched.providersFail(`${word} ${email} ${token} canary-mail-api-key canary-sms-auth-token`);
  const again = await signUpWithoutProviders(traveller);
  await watched.runCron("* * * * *");
  await watched.providersWork();
  await watched.mailWorks();
  watched.clock.advance(5 * MINUTE);
  await watched.runCron("* * * * *");
  await mailedToken(again);
}

async function signUpWithoutProviders(traveller: PageDriver): Promise<string> {
  const { post, issuedBy, captchaToken, password, address, watched } = traveller;
  const proof = async () => issuedBy(await post("/captcha/verify", { token: captchaToken() })).humanProof;
  await post("/captcha/verify", { token: captchaToken() });
  await watched.captcha.answer({
    kind: "respond",
    status: 200,
    body: '{"success":true,"hostname":"gatehouse.test"}',
  });
  const email = address();
  const body = { email, password: password("of a broken day"), name: "Ada", captchaToken: await proof() };
  await post("/register", body);
  return email;
}
