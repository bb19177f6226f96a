import { describe, expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import {
  countActiveSuperusers,
  logIn,
  newAddress,
  PASSWORD,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService();
const demoteAllSuperusers = () =>
  service.env.DB.prepare("UPDATE accounts SET role = 'user' WHERE role = 'superuser'").run();

describe("the last superuser", () => {
  it("the last superuser can deactivate themselves only after another one has accepted an invitation", async () => {
    await demoteAllSuperusers();
    const last = await signedInAs(service, "superuser");
    const email = newAddress();
    const invited = await usersApiAs(service, last).call("POST", "", {
      email,
      name: "Grace",
      role: "superuser",
    });
    expect(invited.status).toBe(201);
    const deactivateSelf = () => service.post("/me/deactivate", { password: PASSWORD }, last.token);
    expect((await deactivateSelf()).body.error?.code).toBe("last_admin");
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect((await deactivateSelf()).status).toBe(200);
  });
});

describe("two superusers acting on each other at the same time", () => {
  const rounds = Array.from({ length: 50 }, (_, round) => round);

  it.each([
    ["demoting", "PUT", "/role", { role: "user" }],
    ["deactivating", "POST", "/deactivate", undefined],
  ] as const)(
    "two superusers %s each other leave one active superuser, 50 times",
    async (_name, method, path, body) => {
      const [first, second] = [await signedInAs(service, "user"), await signedInAs(service, "user")];
      for (const round of rounds) {
        await demoteAllSuperusers();
        await service.env.DB.prepare(
          "UPDATE accounts SET role = 'superuser', status = 'active' WHERE id IN (?, ?)",
        )
          .bind(first.id, second.id)
          .run();
        const tokens = [await logIn(service, first.email), await logIn(service, second.email)];
        const answers = await Promise.all([
          usersApiAs(service, { token: tokens[0]?.token ?? "" }).call(method, `/${second.id}${path}`, body),
          usersApiAs(service, { token: tokens[1]?.token ?? "" }).call(method, `/${first.id}${path}`, body),
        ]);
        expect(await countActiveSuperusers(), `round ${round}`).toBe(1);
        expect(
          answers.filter(({ status }) => status === 200),
          `round ${round}`,
        ).toHaveLength(1);
        const loser = answers.find(({ status }) => status !== 200);
        expect([401, 403, 409], `round ${round}: ${loser?.text}`).toContain(loser?.status);
      }
    },
  );

  it("a superuser deactivating themselves while another demotes them leaves one active superuser, 50 times", async () => {
    const [first, second] = [await signedInAs(service, "user"), await signedInAs(service, "user")];
    for (const round of rounds) {
      await demoteAllSuperusers();
      await service.env.DB.prepare(
        "UPDATE accounts SET role = 'superuser', status = 'active' WHERE id IN (?, ?)",
      )
        .bind(first.id, second.id)
        .run();
      const [a, b] = [await logIn(service, first.email), await logIn(service, second.email)];
      await Promise.all([
        service.post("/me/deactivate", { password: PASSWORD }, b.token),
        usersApiAs(service, a).call("PUT", `/${second.id}/role`, { role: "user" }),
        usersApiAs(service, b).call("POST", `/${first.id}/deactivate`),
      ]);
      expect(await countActiveSuperusers(), `round ${round}`).toBe(1);
    }
  });

  it("two superusers deleting each other leave one active superuser and no row of the other, 50 times", async () => {
    for (const round of rounds) {
      await demoteAllSuperusers();
      const [first, second] = [
        await signedInAs(service, "superuser"),
        await signedInAs(service, "superuser"),
      ];
      const removals = [
        [first, second],
        [second, first],
      ] as const;
      const answers = await Promise.all(
        removals.map(async ([actor, target]) => {
          await usersApiAs(service, actor).call("POST", `/${target.id}/deactivate`);
          return usersApiAs(service, actor).call("DELETE", `/${target.id}`);
        }),
      );
      expect(await countActiveSuperusers(), `round ${round}`).toBe(1);
      const deleted = answers.map(({ status }) => status === 200);
      expect(deleted.filter(Boolean), `round ${round}`).toHaveLength(1);
      const deletedUser = deleted[0] ? second : first;
      expect(
        (await usersApiAs(service, deleted[0] ? first : second).call("GET", `/${deletedUser.id}`)).status,
      ).toBe(404);
    }
  });
});
