import { describe } from "vitest";
import { readerOf, signIn } from "../support/flow.ts";
import { it } from "../support/it.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

describe.each(MODES)("an admin, $name", (way) => {
  it("finds a user and deactivates them, whose next click lands on the sign-in page", async ({
    visit,
    service,
  }) => {
    const name = `Grace ${way.name}`;
    const { email } = await service.member(undefined, name);
    const user = readerOf((await visit(way.options)).page, way);
    await user.page.goto("/");
    await signIn(user, service, { email, password: PASSWORD, withCode: false });

    const admin = readerOf((await visit(way.options)).page, way);
    const { words: t } = admin;
    await admin.page.goto("/");
    await signIn(admin, service, { ...service.superuser, withCode: false });
    await admin.follow(t.nav.users);
    await admin.arrive(t.nav.users);
    await admin.fill(t.users.search, email);
    await admin.press(t.find);
    await admin.follow(name);
    await admin.arrive(name);
    await admin.pressAndConfirm(t.acts.deactivate);
    await admin.hear(t.notices.done);

    await user.follow(t.account.sessions);
    await user.arrive(t.signIn.title);
    await user.fill(t.fields.email, email);
    await user.fill(t.fields.password, PASSWORD);
    await user.press(t.signIn.submit);
    await user.page.getByRole("alert").getByText(t.failures.account_deactivated).waitFor();
  });
});
