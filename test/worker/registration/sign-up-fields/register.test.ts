import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { signInByCode } from "../../../support/email-codes.ts";
import { startObservedService } from "../../../support/recorders.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { ANSWERS, SIGN_UP_FIELDS, storedAnswers, withFields } from "../../../support/sign-up-fields.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const clock = createTestClock();
const providers = openProviders();
const service = startService({ env: { ...providers.variables, ...withFields() }, clock });
const STORED = {
  company: ["Analytical Engines", null],
  size: [12, null],
  country: ["de", null],
  terms: [true, "2026-11"],
};

describe("POST /register with fields", () => {
  it("stores the answers with their version and the time of the request", async () => {
    const { email, answer } = await register(service, newAddress(), { fields: ANSWERS });
    expect(answer.status).toBe(201);
    expect(await storedAnswers(email)).toEqual(STORED);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    const { token } = await logIn(service, email);
    const me = (await service.get("/me", token)).body.data;
    expect(me.missingFields).toEqual([]);
    expect(me.signUpAnswers).toEqual(
      ["company", "country", "size", "terms"].map((field) => ({
        field,
        value: ANSWERS[field as keyof typeof ANSWERS],
        version: field === "terms" ? "2026-11" : null,
        answeredAt: new Date(clock.now()).toISOString(),
      })),
    );
  });

  it("stores optional fields only if they are answered", async () => {
    const fields = { company: " Acme ", terms: true, size: null, country: "" };
    const { email, answer } = await register(service, newAddress(), { fields });
    expect(answer.status).toBe(201);
    expect(await storedAnswers(email)).toEqual({ company: ["Acme", null], terms: [true, "2026-11"] });
  });

  it.each<[string, unknown, readonly string[]]>([
    ["no fields", undefined, ["fields.company", "fields.terms"]],
    ["required fields that are empty", { company: " ", terms: false }, ["fields.company", "fields.terms"]],
    ["an unknown name", { ...ANSWERS, vat: "1" }, ["fields.vat"]],
    ["a name of the prototype", { ...ANSWERS, constructor: "1" }, ["fields.constructor"]],
    ["a text that is too long", { ...ANSWERS, company: "a".repeat(41) }, ["fields.company"]],
    ["a text that is too short", { ...ANSWERS, company: "a" }, ["fields.company"]],
    ["a text of 60,000 characters", { ...ANSWERS, company: "a".repeat(60_000) }, ["fields.company"]],
    ["a text with a line break", { ...ANSWERS, company: "a\nb" }, ["fields.company"]],
    ["a number as text", { ...ANSWERS, size: "12" }, ["fields.size"]],
    ["numbers outside of the range", { ...ANSWERS, size: 1001 }, ["fields.size"]],
    ["another option", { ...ANSWERS, country: "it" }, ["fields.country"]],
    ["a checkbox as text", { ...ANSWERS, terms: "true" }, ["fields.terms"]],
    ["objects", { company: { $ne: null }, terms: [true] }, ["fields.company", "fields.terms"]],
    ["no object", "terms", ["fields"]],
    ["a list", [true], ["fields"]],
  ])("refuses %s", async (_what, fields, paths) => {
    const { email, answer } = await register(service, newAddress(), { fields });
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(paths);
    expect(await env.DB.prepare("SELECT id FROM accounts WHERE email = ?").bind(email).first()).toBeNull();
  });

  it("refuses more than 64 KiB before it reads the fields", async () => {
    const { answer } = await register(service, newAddress(), {
      fields: { ...ANSWERS, company: "a".repeat(70_000) },
    });
    expectErrorResponse(answer, 413, "payload_too_large");
  });

  it("refuses any field where none is configured", async () => {
    const { answer } = await register(startService(), newAddress(), { fields: { terms: true } });
    expect(answer.body.error?.fields).toEqual([{ path: "fields.terms", message: "Unknown field." }]);
  });

  it("keeps the answers of one registration in 50 parallel ones of one address", async () => {
    const email = newAddress();
    const answers = await inParallel(50, (index) => {
      const fields = { company: `Company ${index}`, terms: true };
      return service.post("/register", { email, password: PASSWORD, name: "Ada", fields });
    });
    expect(statusCounts(answers)).toEqual({ 201: 50 });
    const stored = await storedAnswers(email);
    expect(Object.keys(stored).sort()).toEqual(["company", "terms"]);
    expect(String((stored.company as unknown[])[0])).toMatch(/^Company \d+$/);
  });

  it("drops the answers when another registrant contests the address", async () => {
    const { email } = await register(service, newAddress(), { fields: ANSWERS });
    clock.advance(61_000);
    await register(service, email, {
      fields: { ...ANSWERS, company: "Other" },
      password: "another lighthouse 8",
    });
    expect(await storedAnswers(email)).toEqual({});
  });

  it("drops the answers when a provider's user takes the address over", async () => {
    const { email } = await register(service, newAddress(), { fields: ANSWERS });
    const accessToken = await providers.tokenOf(socialUser({ email }));
    const answer = await service.post("/social/github/token", { accessToken });
    expect(answer.status).toBe(200);
    expect(await storedAnswers(email)).toEqual({});
    const me = (await service.get("/me", answer.body.data.token)).body.data;
    expect(me.missingFields).toEqual(["company", "terms"]);
  });

  it("drops the answers when an email code takes the address over", async () => {
    const { email } = await register(service, newAddress(), { fields: ANSWERS });
    const answer = await signInByCode(service, email);
    expect(answer.status).toBe(200);
    expect(await storedAnswers(email)).toEqual({});
    const me = (await service.get("/me", answer.body.data.token)).body.data;
    expect(me.missingFields).toEqual(["company", "terms"]);
  });

  it("gives equal responses at equal cost for known and unknown addresses", async () => {
    const { observe } = startObservedService(withFields(), clock);
    const send = (email: string, fields: object = ANSWERS) =>
      observe({ path: "/register", body: { email, password: PASSWORD, name: "Ada", fields } });
    await send(newAddress());
    const unknown = await send(newAddress());
    expect(unknown.status).toBe(201);
    expect(await send((await registerVerifiedUser(service)).email)).toEqual(unknown);
    expect(await send((await register(service, newAddress(), { fields: ANSWERS })).email)).toEqual(unknown);
  });

  it("deletes the answers with the account", async () => {
    const { email } = await registerAndVerify(service, newAddress(), { fields: ANSWERS });
    const superuser = await signedInAs(service, "superuser");
    const { call } = usersApiAs(service, superuser);
    const { id } = (await call("GET", `?search=${email}`)).body.data.users[0];
    await call("POST", `/${id}/deactivate`);
    expect((await call("DELETE", `/${id}`)).status).toBe(200);
    const left = "SELECT count(*) AS n FROM sign_up_answers WHERE account_id = ?";
    expect(await env.DB.prepare(left).bind(id).first("n")).toBe(0);
  });
});

describe("POST /me/sign-up-answers", () => {
  const signIn = async () => {
    const { email } = await registerVerifiedUser(service);
    return { email, ...(await logIn(service, email)) };
  };

  it("answers what is missing, and records it in the audit log", async () => {
    const { email, token } = await signIn();
    expect((await service.get("/me", token)).body.data).toMatchObject({
      signUpAnswers: [],
      missingFields: ["company", "terms"],
    });
    const partly = await service.post("/me/sign-up-answers", { fields: { company: "Acme" } }, token);
    expect([partly.status, partly.body.data.missingFields]).toEqual([200, ["terms"]]);
    const rest = await service.post("/me/sign-up-answers", { fields: { terms: true, size: 3 } }, token);
    expect([rest.status, rest.body.data.missingFields]).toEqual([200, []]);
    expect(rest.body.data.signUpAnswers).toHaveLength(3);
    expect(await storedAnswers(email)).toEqual({
      company: ["Acme", null],
      size: [3, null],
      terms: [true, "2026-11"],
    });
    const { results } = await env.DB.prepare(
      "SELECT details FROM audit_events JOIN accounts ON accounts.id = account_id WHERE email = ? AND type = 'sign_up_fields_answered' ORDER BY audit_events.rowid",
    )
      .bind(email)
      .all<{ details: string }>();
    expect(results.map(({ details }) => JSON.parse(details).fields)).toEqual(["company", "size terms"]);
  });

  it("asks again for a new version, and replaces the answer", async () => {
    const { email } = await registerAndVerify(service, newAddress(), { fields: ANSWERS });
    const newTerms = SIGN_UP_FIELDS.map((field) =>
      field.name === "terms" ? { ...field, version: "2027-01" } : field,
    );
    const later = startService({ env: withFields(newTerms), clock });
    const { token } = await logIn(later, email);
    expect((await later.get("/me", token)).body.data.missingFields).toEqual(["terms"]);
    await later.post("/me/sign-up-answers", { fields: { terms: true } }, token);
    expect((await later.get("/me", token)).body.data.missingFields).toEqual([]);
    expect((await storedAnswers(email)).terms).toEqual([true, "2027-01"]);
  });

  it("refuses invalid answers and stores none of them", async () => {
    const { email, token } = await signIn();
    const fields = { company: "Acme", size: 0, terms: false, vat: 1 };
    const answer = await service.post("/me/sign-up-answers", { fields }, token);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields?.map(({ path }) => path).sort()).toEqual([
      "fields.size",
      "fields.terms",
      "fields.vat",
    ]);
    expect(await storedAnswers(email)).toEqual({});
    expectErrorResponse(await service.post("/me/sign-up-answers", { fields: {} }), 401, "unauthorized");
  });

  it("keeps one row for each field in 50 parallel answers", async () => {
    const { email, token } = await signIn();
    const answers = await inParallel(50, (index) =>
      service.post("/me/sign-up-answers", { fields: { company: `Company ${index}`, terms: true } }, token),
    );
    expect(statusCounts(answers)).toEqual({ 200: 50 });
    expect(Object.keys(await storedAnswers(email)).sort()).toEqual(["company", "terms"]);
  });
});

describe("GET /users/:id", () => {
  it("shows the answers to administrators, without those to fields that are not configured any more", async () => {
    const { email } = await registerAndVerify(service, newAddress(), { fields: ANSWERS });
    const admin = await signedInAs(service, "admin");
    const { call } = usersApiAs(service, admin);
    const { id } = (await call("GET", `?search=${email}`)).body.data.users[0];
    const { signUpAnswers, missingFields } = (await call("GET", `/${id}`)).body.data;
    expect([signUpAnswers.length, missingFields]).toEqual([4, []]);
    const user = (await service.get("/me", (await logIn(service, email)).token)).body.data;
    expect(await createRpcCaller(service).call("getUser", id)).toEqual({
      ok: true,
      user: { ...user, privateMetadata: null },
    });
    const fewer = startService({ env: withFields([SIGN_UP_FIELDS[0]]), clock });
    const seen = (await usersApiAs(fewer, admin).call("GET", `/${id}`)).body.data.signUpAnswers;
    expect(seen.map(({ field }: { field: string }) => field)).toEqual(["company"]);
    const none = startService({ clock });
    expect((await usersApiAs(none, admin).call("GET", `/${id}`)).body.data.signUpAnswers).toEqual([]);
  });
});
