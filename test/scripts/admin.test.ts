import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashOneTimeToken } from "../../src/core/crypto/one-time-token.ts";
import { useAdminCommands } from "./admin-commands.ts";
import { startService } from "./dev-service.ts";
import { runAdmin } from "./run-admin.ts";

// A `wrangler dev` has the same database open during all tests.

const PASSWORD = "a quiet lighthouse 7";

const { admin, auditEvents, databaseOptions, installation, kv, list, newSuperuser, query } =
  useAdminCommands();

let service: Awaited<ReturnType<typeof startService>>;
beforeAll(async () => {
  service = await startService(installation());
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

/** A superuser who has accepted the invitation. */
async function acceptedSuperuser(): Promise<string> {
  const { email, token } = await newSuperuser();
  expect((await post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
  return email;
}

describe("an admin command", () => {
  it("create-superuser prints a link to choose a password, with which the superuser signs in", async () => {
    const { code, out, err } = await runAdmin([
      "create-superuser",
      "Ada@Example.test",
      "--name",
      "Ada",
      "--url",
      "http://localhost:8790",
      ...databaseOptions(),
    ]);
    expect([code, err]).toEqual([0, ""]);
    const [, token = ""] =
      /^ {4}http:\/\/localhost:8790\/reset-password\?token=([\w-]{43})$/m.exec(out) ?? [];
    const links = await query(
      "SELECT token_hash, purpose FROM email_tokens WHERE email_key = 'ada@example.test'",
    );
    expect(links).toEqual([{ token_hash: await hashOneTimeToken(token), purpose: "invite" }]);
    expect(await auditEvents("Ada@example.test")).toEqual([{ type: "user_invited", actor_id: null }]);
    expect(await query("SELECT id FROM outbox WHERE kind = 'invitation'")).toEqual([]);
    expect((await post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    const login = await (await post("/login", { email: "ada@example.test", password: PASSWORD })).json();
    expect(login).toMatchObject({ data: { user: { role: "superuser", isVerified: true, name: "Ada" } } });
  });

  it("show finds a user by their email address in any spelling and by their id", async () => {
    const email = await acceptedSuperuser();
    const user = JSON.parse(await admin("show", email.toUpperCase(), "--json"));
    expect(user).toMatchObject({ email, role: "superuser", status: "active", isVerified: true });
    expect(await admin("show", user.id.toUpperCase())).toMatch(new RegExp(`^email +${email}$`, "m"));
  });

  it("list filters by search, role and status, newest first, up to the limit", async () => {
    const [first, second, third] = [
      await acceptedSuperuser(),
      await acceptedSuperuser(),
      await acceptedSuperuser(),
    ];
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
    expect(table.at(-1)).toContain("There are more users");
  });

  it("list --json prints only JSON", async () => {
    const { code, out, err } = await runAdmin(["list", "--json", ...databaseOptions()]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toEqual(await list());
  });

  it("deactivate and activate change the account, and the service can deliver a notice of each", async () => {
    const email = await acceptedSuperuser();
    expect(await admin("deactivate", email)).toBe(`Deactivated ${email}; their sessions have ended.`);
    expect(await logIn(email)).toBe(403);
    expect(await admin("deactivate", email)).toContain("is already deactivated");
    const { id } = JSON.parse(await admin("show", email, "--json"));
    expect(Number(await kv().get(`deny:user:${id}`))).toBeGreaterThan(0);
    expect(await admin("activate", email)).toBe(`Activated ${email}.`);
    expect(await admin("activate", email)).toContain("is already active");
    expect(await logIn(email)).toBe(200);
    expect((await auditEvents(email)).filter(({ type }) => type.endsWith("activated"))).toEqual([
      { type: "account_deactivated", actor_id: null },
      { type: "account_activated", actor_id: null },
    ]);
    // The cron job sends the outbox. Mail that it cannot unseal is missing from the mailbox.
    await get(`/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
    const mailbox = await (await get(`/dev/mailbox.json?to=${email}`)).json();
    const subjects = (mailbox as { messages: { subject: string }[] }).messages.map(({ subject }) => subject);
    expect(subjects).toContain("Your account at Gatehouse was deactivated");
    expect(subjects).toContain("Your account at Gatehouse is active again");
  });

  it("unlock lets a locked user sign in", async () => {
    const email = await acceptedSuperuser();
    for (let tries = 0; tries < 10; tries += 1) await logIn(email, "wrong");
    expect(await logIn(email)).toBe(429);
    expect(await admin("unlock", email)).toBe(`${email} is not locked.`);
    expect(await logIn(email)).toBe(200);
  });

  it("set-role changes the role and ends the sessions", async () => {
    const email = await acceptedSuperuser();
    const { data } = (await (await post("/login", { email, password: PASSWORD })).json()) as {
      data: { token: string };
    };
    const me = async () => (await get("/api/auth/me", { Authorization: `Bearer ${data.token}` })).status;
    expect(await me()).toBe(200);
    expect(await admin("set-role", email, "admin")).toContain("from superuser to admin");
    expect(await me()).toBe(401);
    expect(await admin("set-role", email, "admin")).toContain("already has the role admin");
  });

  it("remove-factors requests the removal of a superuser's factors, and notifies the superuser", async () => {
    const email = await acceptedSuperuser();
    const ofUser = "account_id = (SELECT id FROM accounts WHERE email = ?)";
    await expect(admin("remove-factors", email)).rejects.toThrow("This user has no factors.");
    await query(
      "INSERT INTO factors (id, account_id, kind, created_at, is_second_factor) SELECT ?, id, 'passkey', 0, 1 FROM accounts WHERE email = ?",
      ...[randomUUID(), email],
    );
    const before = Date.now();
    const [, due = ""] =
      /^The factors of \S+ will be removed at (\S+)\. \S+ is notified and can cancel it\.$/.exec(
        await admin("remove-factors", email),
      ) ?? [];
    const hours = (Date.parse(due) - before) / 3_600_000;
    expect([Math.round(hours), hours >= 72]).toEqual([72, true]);
    const removals = await query(`SELECT due_at FROM factor_removals WHERE ${ofUser}`, email);
    expect(removals).toEqual([{ due_at: Date.parse(due) }]);
    const notices = await query(
      `SELECT kind FROM outbox WHERE kind LIKE 'factor_removal%' AND ${ofUser}`,
      email,
    );
    expect(notices).toHaveLength(1);
    expect((await auditEvents(email)).at(-1)).toEqual({ type: "factor_removal_requested", actor_id: null });
    // The factor stays until then.
    expect(await query(`SELECT kind FROM factors WHERE ${ofUser}`, email)).toEqual([{ kind: "passkey" }]);
    await expect(admin("remove-factors", email)).rejects.toThrow("is pending already");
  });

  it("rebuild-search rebuilds the search index", async () => {
    const email = await acceptedSuperuser();
    const found = async () => (await list("--search", email)).users.length;
    await query("INSERT INTO account_search (account_search) VALUES ('delete-all')");
    expect(await found()).toBe(0);
    expect(await admin("rebuild-search")).toBe("Rebuilt the search index.");
    expect(await found()).toBe(1);
  });
});

describe("admin unlock", () => {
  it("refuses an AUTH_SECRET that is not the service's", async () => {
    const email = await acceptedSuperuser();
    expect(await logIn(email)).toBe(200);
    const foreign = join(installation().path, "foreign.env");
    writeFileSync(foreign, "AUTH_SECRET=another root secret, of 32 bytes or more\nENVIRONMENT=development\n");
    const { code, out, err } = await runAdmin(["unlock", email, "--env-file", foreign, ...databaseOptions()]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^AUTH_SECRET is not the secret of this service[^\n]*\n$/);
  });
});

describe("admin set-role", () => {
  it("runs each command exactly once while the service writes to the same database", async () => {
    const email = await acceptedSuperuser();
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
    const changes = (await auditEvents(email)).filter(({ type }) => type === "role_changed");
    expect(changes).toHaveLength(10);
    // 503: the command had the lock. No other failure is allowed.
    expect([201, 503]).toEqual(expect.arrayContaining([...statuses]));
    const late = { name: "Eve", email: `eve-${randomUUID()}@example.test`, password: PASSWORD };
    expect((await post("/register", late)).status).toBe(201);
  });
});

describe("admin secrets", () => {
  it("counts the data that depends on each secret by its id, and shows no secret", async () => {
    const email = await acceptedSuperuser();
    expect(await logIn(email)).toBe(200);
    const printed = await admin("secrets");
    expect(printed).toMatch(
      /^[\w-]{8} \(current\): [1-9]\d* passwords, 2 signing keys, \d+ queued messages, 0 pending social logins, 0 authenticators, 0 recovery codes$/m,
    );
    expect(printed).toMatch(/refreshed after \d{4}-\d\d-\d\dT[\d:.]+Z\.$/);
    const { roots } = JSON.parse(await admin("secrets", "--json"));
    expect(roots).toHaveLength(1);
    // The state after a rotation, for a user who has not signed in since.
    const under = `(SELECT replace(password_hash, ',k=${roots[0].root}$', ',k=AAAAAAAA$'))`;
    await query(`UPDATE accounts SET password_hash = ${under} WHERE email = ?`, email);
    expect(await admin("secrets")).toContain("AAAAAAAA (earlier): 1 passwords, 0 signing keys,");
  });
});
