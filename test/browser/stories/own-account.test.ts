import { describe } from "vitest";
import { it } from "../support/it.ts";
import { PASSWORD } from "../support/service.ts";
import { readerOf } from "../support/story.ts";
import { WAYS } from "../support/ways.ts";

describe.each(WAYS)("an account of one's own, $name", (way) => {
  it("is made, confirmed, signed in to", async ({ visit, service }) => {
    const reader = readerOf(await visit(way.options), way, service);
    const { words: t } = reader;
    const email = service.newAddress();

    await reader.page.goto("/");
    await reader.arrive(t.signIn.title);
    await reader.follow(t.signIn.signUp);
    await reader.arrive(t.signUp.title);
    await reader.fill(t.fields.name, "Ada");
    await reader.fill(t.fields.email, email);
    await reader.fill(t.fields.password, PASSWORD);
    await reader.press(t.signUp.submit);
    await reader.arrive(t.checkMail.title);

    const confirming = await reader.openMailedLink(email, "verify-email");
    await confirming.arrive(t.verify.title);
    await confirming.press(t.verify.submit);
    await confirming.arrive(t.signIn.title);
    await confirming.hear(t.notices.addressConfirmed);
    await confirming.fill(t.fields.email, email);
    await confirming.fill(t.fields.password, PASSWORD);
    await confirming.press(t.signIn.submit);
    await confirming.page.waitForURL("**/account");
  });
});
