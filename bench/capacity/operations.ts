import type { Asked, BenchService, Tally } from "./capacity-service.ts";

export type Row = { readonly name: string; readonly samples: readonly Pick<Asked, "tally" | "ms">[] };

const PASSWORD = "a quiet lighthouse 7";
const API = "/api/auth";

/** An account's life, over and over: what each step of it asks of the stores. */
export async function measureOperations(house: BenchService, lives: number): Promise<readonly Row[]> {
  const rows = new Map<string, Pick<Asked, "tally" | "ms">[]>();
  const note = (name: string, { tally, ms }: Pick<Asked, "tally" | "ms">) =>
    rows.set(name, [...(rows.get(name) ?? []), { tally, ms }]);
  for (let life = 0; life < lives; life += 1) await live(house, `person-${life}@example.test`, note);
  // What the lives have left for it: sessions that their resets ended.
  await house.tick("* * * * *");
  for (const [name, cron] of [
    ["cron, every minute, nothing due", "* * * * *"],
    ["cron, hourly", "17 * * * *"],
  ] as const) {
    const begun = performance.now();
    const tally: Tally = await house.tick(cron);
    note(name, { tally, ms: performance.now() - begun });
  }
  // The first life has it all to do that an isolate keeps: keys, assets, plans of statements.
  return [...rows].map(([name, samples]) => ({
    name,
    samples: samples.length > 1 ? samples.slice(1) : samples,
  }));
}

async function live(
  house: BenchService,
  email: string,
  note: (name: string, asked: Asked) => void,
): Promise<void> {
  const post = async (name: string, path: string, body: object, token?: string) => {
    const asked = await house.ask("POST", `${API}${path}`, { body, token });
    note(name, asked);
    return asked.body.data ?? {};
  };
  const mailed = () =>
    /token=([\w-]+)/.exec(house.mails.findLast(({ to }) => to.includes(email))?.text ?? "")?.[1];
  await post("register", "/register", { email, password: PASSWORD, name: "Ada Lovelace" });
  await post("verify the address", "/verify-email", { token: mailed() });
  const first = await post("sign in, new device", "/login", { email, password: PASSWORD });
  const known = { email, password: PASSWORD, deviceToken: first.deviceToken };
  const second = await post("sign in, known device", "/login", known);
  const token = String(second.token);
  note("who am I (GET /me)", await house.ask("GET", `${API}/me`, { token }));
  const fresh = await post("refresh", "/refresh", { refreshToken: second.refreshToken });
  note("JWKS", await house.ask("GET", "/.well-known/jwks.json"));
  await post("sign out", "/logout", {}, String(fresh.token));
  await post("forgot password", "/forgot-password", { email });
  await post("reset password", "/reset-password", { token: mailed(), newPassword: `${PASSWORD} again` });
}
