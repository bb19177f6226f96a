import type { BenchService, Measured, Tally } from "./capacity-service.ts";

export type Row = { readonly name: string; readonly samples: readonly Pick<Measured, "tally" | "ms">[] };

const PASSWORD = "a quiet lightservice 7";
const API = "/api/auth";

/** Runs the lifecycle of an account `runs` times, and measures each step. */
export async function measureOperations(service: BenchService, runs: number): Promise<readonly Row[]> {
  const rows = new Map<string, Pick<Measured, "tally" | "ms">[]>();
  const record = (name: string, { tally, ms }: Pick<Measured, "tally" | "ms">) =>
    rows.set(name, [...(rows.get(name) ?? []), { tally, ms }]);
  for (let run = 0; run < runs; run += 1) await runLifecycle(service, `user-${run}@example.test`, record);
  // Publishes the revocations of the password resets, so that nothing is due below.
  await service.runCron("* * * * *");
  for (const [name, cron] of [
    ["cron, every minute, nothing due", "* * * * *"],
    ["cron, hourly", "17 * * * *"],
  ] as const) {
    const began = performance.now();
    const tally: Tally = await service.runCron(cron);
    record(name, { tally, ms: performance.now() - began });
  }
  // The first run fills the isolate's caches: keys, assets, query plans.
  return [...rows].map(([name, samples]) => ({
    name,
    samples: samples.length > 1 ? samples.slice(1) : samples,
  }));
}

async function runLifecycle(
  service: BenchService,
  email: string,
  record: (name: string, measured: Measured) => void,
): Promise<void> {
  const post = async (name: string, path: string, body: object, token?: string) => {
    const measured = await service.send("POST", `${API}${path}`, { body, token });
    record(name, measured);
    return measured.body.data ?? {};
  };
  const mailedToken = () =>
    /token=([\w-]+)/.exec(service.mails.findLast(({ to }) => to.includes(email))?.text ?? "")?.[1];
  await post("register", "/register", { email, password: PASSWORD, name: "Ada Lovelace" });
  await post("verify the address", "/verify-email", { token: mailedToken() });
  const first = await post("sign in, new device", "/login", { email, password: PASSWORD });
  const known = { email, password: PASSWORD, deviceToken: first.deviceToken };
  const second = await post("sign in, known device", "/login", known);
  const token = String(second.token);
  record("profile (GET /me)", await service.send("GET", `${API}/me`, { token }));
  const refreshed = await post("refresh", "/refresh", { refreshToken: second.refreshToken });
  record("JWKS", await service.send("GET", "/.well-known/jwks.json"));
  await post("sign out", "/logout", {}, String(refreshed.token));
  await post("forgot password", "/forgot-password", { email });
  await post("reset password", "/reset-password", { token: mailedToken(), newPassword: `${PASSWORD} again` });
}
