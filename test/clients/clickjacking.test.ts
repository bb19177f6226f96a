import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { expect, inject, it, onTestFinished } from "vitest";
import { serveBrowser } from "../../scripts/shared/launch-browser.ts";
import { openRelyingParty } from "./conformance/relying-party.ts";
import { close, listen } from "./support/http-servers.ts";
import { newUser } from "./support/users.ts";

it("a browser shows the consent page in no frame, not even in one of a page of the same site", async () => {
  const user = await newUser();
  const party = await openRelyingParty(user);
  const framed = party.authorizationUrl().href.replaceAll("&", "&amp;");
  // Another port of localhost is the same site: the frame gets the cookies of the session.
  const attacker = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end(`<iframe src="${framed}"></iframe>`);
  });
  const origin = await listen(attacker);
  const server = await serveBrowser();
  onTestFinished(async () => {
    await server.close();
    await close(attacker);
  });
  const browser = await chromium.connect(server.wsEndpoint());
  const page = await browser.newPage();
  await page.goto(`${inject("clientsService").issuer}/sign-in`);
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password", { exact: true }).fill(user.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/account/);

  await page.goto(party.authorizationUrl().href);
  await page.getByRole("button", { name: "Allow" }).waitFor();
  await page.goto(origin);
  const [, frame] = page.frames();
  await frame?.waitForLoadState();
  expect(frame?.url()).toBe("chrome-error://chromewebdata/");
  expect(await frame?.getByRole("button", { name: "Allow" }).count()).toBe(0);
});
