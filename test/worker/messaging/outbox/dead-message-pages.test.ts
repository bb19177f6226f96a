import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser, signedInAs } from "../../../support/users.ts";

const service = startService();

/** Inserts messages of one account, the greatest id first. Each has a reason of its own, which the page shows. */
async function insertMessages(
  email: string,
  messages: readonly { reason: string; state: string; at: number }[],
) {
  const id = await accountIdOf(email);
  const insert = env.DB.prepare(
    `INSERT INTO outbox (id, account_id, kind, sealed, state, attempts, created_at, due_at, expires_at, last_failure)
     VALUES (?1, ?2, 'verify_email', '', ?3, 1, ?4, ?4, ?4, ?5)`,
  );
  const uuid = (n: number) => `00000000-0000-4000-8000-0000000000${99 - n}`;
  const rows = messages.map(({ reason, state, at }, n) => insert.bind(uuid(n), id, state, at, reason));
  await env.DB.batch(rows.toReversed());
}

/** The reasons on a page, and the path of the next page. */
function read({ text }: { text: string }) {
  const [, next] = /href="(\?cursor=[^"]*)"/.exec(text) ?? [];
  return { reasons: [...text.matchAll(/<code>([\w-]+)<\/code>/g)].map(([, reason]) => reason), next };
}

it("the pages of dead-lettered mail list each dead message once, the latest attempt first", async () => {
  await env.DB.exec("DELETE FROM outbox");
  const { email } = await registerVerifiedUser(service);
  const now = service.clock.now();
  // Two messages of each instant, the last of the first page and the first of the second one included.
  const dead = Array.from({ length: 26 }, (_, n) => ({
    ...{ reason: `reason-${n}`, state: "dead", at: now - Math.floor(n / 2) },
  }));
  await insertMessages(email, [
    ...dead,
    { reason: "of-a-sent-mail", state: "sent", at: now },
    { reason: "of-a-queued-mail", state: "queued", at: now },
  ]);
  const superuser = await signedInAs(service, "superuser");
  const browser = await signedInPageBrowser(service, superuser.email);
  const first = read(await browser.visit("/admin/mail"));
  const second = read(await browser.visit(`/admin/mail${first.next}`));
  const reasons = dead.map(({ reason }) => reason);
  expect(first.reasons).toEqual(reasons.slice(0, 25));
  expect(second).toEqual({ reasons: reasons.slice(25), next: undefined });

  await env.DB.prepare("DELETE FROM outbox WHERE last_failure = ?").bind(reasons[0]).run();
  const only = read(await browser.visit("/admin/mail"));
  expect(only).toEqual({ reasons: reasons.slice(1), next: undefined });
});
