import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashOneTimeToken } from "../../src/core/crypto/one-time-token.ts";
import { serve } from "./dev-service.ts";
import { operatedHouse } from "./operated-service.ts";
import { runAdmin } from "./run-admin.ts";

// Everything here happens while a `wrangler dev` has the same database open.

const PASSWORD = "a quiet lighthouse 7";

const { admin, house, kv, list, newSuperuser, place, query, trail } = operatedHouse();

let service: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  service = await serve(house());
});
afterAll(() => service?.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${service.origin}${path}`, { headers });

const post = (path: string, body: object) =>
  fetch(`${service.origin}/api/auth${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const logIn = async (email: string, password = PASSWORD) =>
  (await post("/login", { email, password })).status;

/** A superuser who has taken up the invitation. */
async function newMember(): Promise<string> {
  const { email, token } = await newSuperuser();
  expect((await post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
  return email;
}

describe("succeeds", () => {
  it("prints a link by which a new superuser chooses a password and signs in", async () => {
    const { code, out, err } = await runAdmin([
      "create-superuser",
      "Ada@Example.test",
      "--name",
      "Ada",
      "--url",
      "http://localhost:8790",
      ...place(),
    ]);
    expect([code, err]).toEqual([0, ""]);
    const [, token = ""] =
      /^ {4}http:\/\/localhost:8790\/reset-password\?token=([\w-]{43})$/m.exec(out) ?? [];
    const links = await query(
      "SELECT token_hash, purpose FROM email_tokens WHERE email_key = 'ada@example.test'",
    );
    expect(links).toEqual([{ token_hash: await hashOneTimeToken(token), purpose: "invite" }]);
    expect(await trail("Ada@example.test")).toEqual([{ type: "user_invited", actor_id: null }]);
    expect(await query("SELECT id FROM outbox WHERE kind = 'invitation'")).toEqual([]);
    expect((await post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    const login = await (await post("/login", { email: "ada@example.test", password: PASSWORD })).json();
    expect(login).toMatchObject({ data: { user: { role: "superuser", isVerified: true, name: "Ada" } } });
  });

  it("finds people by their address in any of its variants, and by their id", async () => {
    const email = await newMember();
    const person = JSON.parse(await admin("show", email.toUpperCase(), "--json"));
    expect(person).toMatchObject({ email, role: "superuser", status: "active", isVerified: true });
    expect(await admin("show", person.id.toUpperCase())).toMatch(new RegExp(`^email +${email}$`, "m"));
  });

  it("lists the newest first, by word, role and status, as many as asked for", async () => {
    const [first, second, third] = [await newMember(), await newMember(), await newMember()];
    await admin("set-role", second, "user");
    await admin("deactivate", first);
    const emails = async (...argv: string[]) => (await list(...argv)).users.map(({ email }) => email);
    expect((await emails()).slice(0, 3)).toEqual([third, second, first]);
    expect(await emails("--search", second.slice(4, 12))).toEqual([second]);
    expect((await emails("--role", "user"))[0]).toBe(second);
    expect((await emails("--status", "deactivated"))[0]).toBe(first);
    expect(await list("--limit", "2")).toMatchObject({
      users: [{ email: third }, { email: second }],
      hasMore: true,
    });
    const table = (await admin("list", "--limit", "2")).split("\n");
    expect(table[0]).toMatch(/^id +email +name +role +status +verified +created$/);
    expect(table[1]).toMatch(new RegExp(`^[0-9a-f-]{36} +${third} +Superuser +superuser +active +yes +20`));
    expect(table.at(-1)).toContain("There are more");
  });

  it("gives programs JSON and nothing else", async () => {
    const { code, out, err } = await runAdmin(["list", "--json", ...place()]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toEqual(await list());
  });

  it("closes an account and opens it again, with a notice for each that the service can open", async () => {
    const email = await newMember();
    expect(await admin("deactivate", email)).toBe(`Deactivated ${email}; their sessions have ended.`);
    expect(await logIn(email)).toBe(403);
    expect(await admin("deactivate", email)).toContain("deactivated already");
    const { id } = JSON.parse(await admin("show", email, "--json"));
    expect(Number(await kv().get(`deny:user:${id}`))).toBeGreaterThan(0);
    expect(await admin("activate", email)).toBe(`Activated ${email}.`);
    expect(await admin("activate", email)).toContain("active already");
    expect(await logIn(email)).toBe(200);
    expect((await trail(email)).filter(({ type }) => type.endsWith("activated"))).toEqual([
      { type: "account_deactivated", actor_id: null },
      { type: "account_activated", actor_id: null },
    ]);
    // What its cron does; the mailbox has what could be unsealed.
    await get(`/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
    const mailbox = await (await get(`/dev/mailbox.json?to=${email}`)).json();
    const subjects = (mailbox as { messages: { subject: string }[] }).messages.map(({ subject }) => subject);
    expect(subjects).toContain("Your account at Gatehouse was deactivated");
    expect(subjects).toContain("Your account at Gatehouse is active again");
  });

  it("unlocks", async () => {
    const email = await newMember();
    for (let tries = 0; tries < 10; tries += 1) await logIn(email, "wrong");
    expect(await logIn(email)).toBe(429);
    expect(await admin("unlock", email)).toBe(`${email} is not locked.`);
    expect(await logIn(email)).toBe(200);
  });

  it("sets roles, which ends sessions", async () => {
    const email = await newMember();
    const { data } = (await (await post("/login", { email, password: PASSWORD })).json()) as {
      data: { token: string };
    };
    const me = async () => (await get("/api/auth/me", { Authorization: `Bearer ${data.token}` })).status;
    expect(await me()).toBe(200);
    expect(await admin("set-role", email, "admin")).toContain("is admin now, and was superuser");
    expect(await me()).toBe(401);
    expect(await admin("set-role", email, "admin")).toContain("was admin already");
  });

  it("makes the search index anew", async () => {
    const email = await newMember();
    const found = async () => (await list("--search", email)).users.length;
    await query("INSERT INTO account_search (account_search) VALUES ('delete-all')");
    expect(await found()).toBe(0);
    expect(await admin("rebuild-search")).toBe("Made the search index anew.");
    expect(await found()).toBe(1);
  });
});

describe("refuses", () => {
  it("a secret that is not the service's own", async () => {
    const email = await newMember();
    expect(await logIn(email)).toBe(200);
    const foreign = join(house().path, "foreign.env");
    writeFileSync(foreign, "AUTH_SECRET=another root secret, of 32 bytes or more\nENVIRONMENT=development\n");
    const { code, out, err } = await runAdmin(["unlock", email, "--env-file", foreign, ...place()]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^AUTH_SECRET is not the one that this service runs by[^\n]*\n$/);
  });
});

describe("abuse", () => {
  it("does each command once, and whole, while the service writes to the same database without a pause", async () => {
    const email = await newMember();
    let isDone = false;
    const statuses = new Set<number>();
    const writing = (async () => {
      while (!isDone) {
        const body = { name: "Eve", email: `eve-${randomUUID()}@example.test`, password: PASSWORD };
        statuses.add((await post("/register", body)).status);
      }
    })();
    try {
      for (let round = 0; round < 10; round += 1) {
        await admin("set-role", email, round % 2 === 0 ? "admin" : "superuser");
      }
    } finally {
      isDone = true;
      await writing;
    }
    const changes = (await trail(email)).filter(({ type }) => type === "role_changed");
    expect(changes).toHaveLength(10);
    // 503: that moment was ours. Nothing else may come of it.
    expect([201, 503]).toEqual(expect.arrayContaining([...statuses]));
    const late = { name: "Eve", email: `eve-${randomUUID()}@example.test`, password: PASSWORD };
    expect((await post("/register", late)).status).toBe(201);
  });
});

describe("secrets", () => {
  it("counts what depends on each secret by its name, and shows none", async () => {
    const email = await newMember();
    expect(await logIn(email)).toBe(200);
    const said = await admin("secrets");
    expect(said).toMatch(
      /^[\w-]{8} \(current\): [1-9]\d* passwords, 1 signing keys, \d+ waiting messages, 0 sign-ins/,
    );
    expect(said).toMatch(/refreshed since \d{4}-\d\d-\d\dT[\d:.]+Z\.$/);
    const { roots } = JSON.parse(await admin("secrets", "--json"));
    expect(roots).toHaveLength(1);
    // As it is after a rotation, for whoever has not come back.
    const under = `(SELECT replace(password_hash, ',k=${roots[0].root}$', ',k=AAAAAAAA$'))`;
    await query(`UPDATE accounts SET password_hash = ${under} WHERE email = ?`, email);
    expect(await admin("secrets")).toContain("AAAAAAAA (earlier): 1 passwords, 0 signing keys,");
  });
});
