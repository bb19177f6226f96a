import { describe, expect } from "vitest";
import { openMailedLink, type Reader, readerOf, signIn } from "../support/flow.ts";
import { it } from "../support/it.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

const SECOND_PASSWORD = "another quiet lighthouse 8";
const THIRD_PASSWORD = "one more quiet lighthouse 9";

describe.each(MODES)("an account of one's own, $name", (way) => {
  it("is made, confirmed, guarded, watched over, and got back when its password is lost", async ({
    visit,
    service,
  }) => {
    const home = await visit(way.options);
    const email = service.newAddress();
    const mailed = {
      verify: { email, kind: "verify-email" },
      reset: { email, kind: "reset-password" },
    } as const;

    await signUp(readerOf(home.page, way), email);
    const reader = await openMailedLink(home, way, service, mailed.verify);
    const { words: t, page } = reader;
    await reader.arrive(t.verify.title);
    await reader.press(t.verify.submit);
    await reader.hear(t.notices.addressConfirmed);
    await signIn(reader, service, { email, password: PASSWORD, withCode: false });

    await reader.follow(t.account.secondFactor);
    await reader.arrive(t.account.secondFactor);
    await reader.fill(t.fields.password, PASSWORD);
    await reader.press(t.secondFactor.turnOn);
    await reader.hear(t.notices.saved);
    await reader.press(t.nav.signOut);
    await reader.hear(t.notices.signedOut);
    await signIn(reader, service, { email, password: PASSWORD, withCode: true });

    await changePassword(reader);
    const elsewhere = readerOf((await visit(way.options)).page, way);
    await elsewhere.page.goto("/");
    await signIn(elsewhere, service, { email, password: SECOND_PASSWORD, withCode: true });

    await reader.follow(t.account.sessions);
    await reader.arrive(t.account.sessions);
    const sessions = page.getByRole("main").getByRole("listitem");
    expect(await sessions.count()).toBe(2);
    expect(await sessions.getByText(t.sessions.current).count()).toBe(1);
    await way.hands.press(sessions.getByRole("button"));
    await reader.hear(t.notices.sessionEnded);
    expect(await sessions.count()).toBe(1);
    await elsewhere.follow(t.account.sessions);
    await elsewhere.arrive(t.signIn.title);

    await reader.press(t.nav.signOut);
    await reader.follow(t.signIn.forgot);
    await reader.arrive(t.forgot.title);
    await reader.fill(t.fields.email, email);
    await reader.press(t.forgot.submit);
    await reader.hear(t.notices.resetSent);
    const resetting = await openMailedLink(home, way, service, mailed.reset);
    await resetting.arrive(t.reset.title);
    await resetting.fill(t.fields.newPassword, THIRD_PASSWORD);
    await resetting.press(t.reset.submit);
    await resetting.hear(t.notices.passwordSet);
    await signIn(resetting, service, { email, password: THIRD_PASSWORD, withCode: true });
  });
});

async function signUp(reader: Reader, email: string): Promise<void> {
  const { words: t } = reader;
  await reader.page.goto("/");
  await reader.arrive(t.signIn.title);
  await reader.follow(t.signIn.signUp);
  await reader.arrive(t.signUp.title);
  await reader.fill(t.fields.name, "Ada");
  await reader.fill(t.fields.email, email);
  await reader.fill(t.fields.password, PASSWORD);
  await reader.press(t.signUp.submit);
  await reader.arrive(t.checkMail.title);
}

async function changePassword(reader: Reader): Promise<void> {
  const { words: t } = reader;
  await reader.follow(t.fields.password);
  await reader.arrive(t.fields.password);
  await reader.fill(t.fields.currentPassword, PASSWORD);
  await reader.fill(t.fields.newPassword, SECOND_PASSWORD);
  await reader.press(t.changePassword.submit);
  await reader.hear(t.notices.passwordChanged);
}
