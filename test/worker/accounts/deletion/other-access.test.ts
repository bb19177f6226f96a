import { describe, expect, it } from "vitest";
import { createKey, NOTES_RESOURCE } from "../../../support/api-keys.ts";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { authorizeUrl, redirectTo } from "../../../support/authorization-requests.ts";
import { APP, APP_AUDIENCE, authorizePathOf, newApp, signInToApp } from "../../../support/client-app.ts";
import { credentialsOf, errorOf, jsonOf, postForm, refresh, USERINFO } from "../../../support/oauth.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { pendingUser, setDeletionDue } from "../../../support/pending-deletion.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  logIn,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
} from "../../../support/users.ts";

const service = startService();
const rpc = createRpcCaller(service, { sharesIsolate: true });

describe("while the deletion is pending", () => {
  it("an OAuth client gets no token, introspection and userinfo know no session, and none of it undoes", async () => {
    const app = await newApp(service);
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    const tokens = await signInToApp(service, app, token, "openid offline_access");
    const introspect = () =>
      postForm(service, "/oauth/introspect", { token: tokens.access_token, ...credentialsOf(app) });
    // As by a request that is committed while the sessions of the account are not ended yet.
    await setDeletionDue(service, id);
    expect(jsonOf(await introspect())).toEqual({ active: false });
    expect(errorOf(await refresh(service, app, tokens.refresh_token))).toBe("invalid_grant");
    const userinfo = await service.call("GET", new URL(USERINFO).pathname, undefined, tokens.access_token);
    expect(userinfo.status).toBe(401);
    const strict = { audience: APP_AUDIENCE, strict: true };
    expect(await rpc.call("verifyToken", tokens.access_token, strict)).toMatchObject({ ok: false });
    await setDeletionDue(service, id, -1);
    await service.call("DELETE", "/api/auth/me", undefined, token);
    expect(errorOf(await refresh(service, app, tokens.refresh_token))).toBe("invalid_grant");
    expect((await rpc.call("getUser", id)) as object).toMatchObject({
      ok: true,
      user: { deletionDueAt: expect.any(String), isActive: true },
    });
  });

  it("prompt=none is refused, and a sign-in for a client leads to the page that keeps the account", async () => {
    const app = await newApp(service);
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    await setDeletionDue(service, await accountIdOf(email));
    const silent = await browser.send("GET", authorizeUrl(app, { scope: "openid", prompt: "none" }));
    expect(redirectTo(silent, APP).get("error")).toBe("interaction_required");
    const { pathname, searchParams } = new URL((await browser.visit(authorizePathOf(app))).path, APP);
    expect(pathname).toBe("/account/deletion");
    expect(searchParams.get("returnTo")).toContain(`/oauth/authorize?client_id=${app.id}`);
  });

  it("API keys do not work, also if one is left", async () => {
    const own = startService({ env: { RESOURCES: NOTES_RESOURCE } });
    const { email, token } = await registerAndLogIn(own);
    const { key } = await createKey(own, token);
    const caller = createRpcCaller(own, { sharesIsolate: true });
    expect(await caller.call("verifyApiKey", key)).toMatchObject({ ok: true });
    await setDeletionDue(own, await accountIdOf(email));
    expect(await caller.call("verifyApiKey", key)).toEqual({ ok: false, reason: "key_invalid" });
  });

  it("its user has no permission", async () => {
    const { email } = await registerVerifiedUser(service, undefined, { role: "admin" });
    const id = await accountIdOf(email);
    expect(await rpc.call("can", id, "users:list")).toEqual({ ok: true, allowed: true });
    await setDeletionDue(service, id);
    expect(await rpc.call("can", id, "users:list")).toEqual({ ok: true, allowed: false });
  });

  it("other Workers refuse the session that can keep the account, and accept it afterwards", async () => {
    const { token } = await pendingUser(service);
    expect(await rpc.call("verifyToken", token)).toEqual({ ok: false, reason: "session_ended" });
    expect(await rpc.call("verifyToken", token, { strict: true })).toEqual({
      ok: false,
      reason: "session_ended",
    });
    await service.post("/me/deletion/cancel", undefined, token);
    expect(await rpc.call("verifyToken", token, { strict: true })).toMatchObject({ ok: true });
    expect(await rpc.call("verifyToken", token)).toMatchObject({ ok: true });
  });
});

describe("the page of the deletion", () => {
  it("deletes, shows the pending state after a sign-in, and keeps the account", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const started = await browser.press(await browser.visit("/account/deletion"));
    expect(started.headers.get("Location")).toBe("/sign-in");
    const again = openPageBrowser(service);
    const signIn = await again.visit("/sign-in?returnTo=/account/profile");
    const landed = await again.submit(signIn, { email, password: PASSWORD });
    expect([landed.path, headingOf(landed)]).toEqual([
      "/account/deletion?returnTo=%2Faccount%2Fprofile",
      "Your account will be deleted",
    ]);
    expect((await again.visit("/account/keys")).path).toBe("/account/deletion?returnTo=%2Faccount%2Fkeys");
    const kept = await again.submit(landed, {}, "keep");
    expect([kept.path, headingOf(kept)]).toEqual(["/account", "Your account"]);
    expect((await logIn(service, email)).token).not.toBe("");
    expect((await again.visit("/account/keys")).path).toBe("/account/keys");
  });

  it("signs out of the pending state", async () => {
    const { email } = await pendingUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(page.path).toBe("/account/deletion?returnTo=%2Faccount");
    expect(page.text).toContain('action="/sign-out"');
    const out = await browser.submit(await browser.visit("/sign-out"));
    expect(out.path).toBe("/sign-in");
  });
});

describe("deletion over RPC", () => {
  const team = createRpcCaller(service, { sharesIsolate: true, props: { permissions: ["delete", "read"] } });

  it("needs the permission delete, which no binding has by default", async () => {
    const id = crypto.randomUUID();
    for (const method of ["deleteUser", "cancelUserDeletion"] as const)
      expect(await rpc.call(method, id)).toEqual({ ok: false, reason: "forbidden" });
    expect(await team.call("deleteUser", id)).toEqual({ ok: false, reason: "not_found" });
    expect(await team.call("deleteUser", "no id")).toEqual({ ok: false, reason: "bad_request" });
  });

  it("starts a deletion that the user or the team can undo", async () => {
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    const started = await team.call("deleteUser", id);
    expect(started).toEqual({ ok: true, deletionDueAt: expect.any(String) });
    expect(await team.call("deleteUser", id)).toEqual(started);
    expectErrorResponse(await service.get("/me", token), 401, "unauthorized");
    expect(await team.call("cancelUserDeletion", id)).toEqual({ ok: true });
    expect(await team.call("cancelUserDeletion", id)).toEqual({ ok: false, reason: "not_pending" });
    expect(await team.call("getUser", id)).toMatchObject({ user: { deletionDueAt: null } });
  });

  it("erases immediately", async () => {
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    expect(await team.call("deleteUser", id, { immediately: true })).toEqual({
      ok: true,
      deletionDueAt: null,
    });
    expect(await team.call("getUser", id)).toEqual({ ok: false, reason: "not_found" });
  });
});
