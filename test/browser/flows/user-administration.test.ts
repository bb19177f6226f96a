import { describe } from "vitest";
import { fill } from "../../../src/core/text.ts";
import { it } from "../support/fixtures.ts";
import { pageDriver, signIn } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

describe.each(MODES)("an admin, $name", (mode) => {
  it("an admin finds and deactivates a user, whose next request is redirected to sign-in", async ({
    visit,
    service,
  }) => {
    const name = `Grace ${mode.name}`;
    const { email } = await service.member(undefined, name);
    const user = pageDriver((await visit(mode.options)).page, mode);
    await user.page.goto("/");
    await signIn(user, service, { email, password: PASSWORD, withCode: false });

    const admin = pageDriver((await visit(mode.options)).page, mode);
    const { words: t } = admin;
    await admin.page.goto("/");
    await signIn(admin, service, { ...service.superuser, withCode: false });
    await admin.follow(t.nav.users);
    await admin.waitForHeading(t.nav.users);
    await admin.fill(t.users.search, email);
    await admin.press(t.find);
    await admin.follow(name);
    await admin.waitForHeading(name);
    await admin.pressAndConfirm(t.acts.deactivate);
    await admin.waitForNotice(fill(t.notices.userDeactivated, { name }));

    await user.follow(t.account.sessions);
    await user.waitForHeading(t.signIn.title);
    await user.fill(t.fields.email, email);
    await user.fill(t.fields.password, PASSWORD);
    await user.press(t.signIn.submit);
    await user.page.getByRole("alert").getByText(t.failures.account_deactivated).waitFor();
  });
});
