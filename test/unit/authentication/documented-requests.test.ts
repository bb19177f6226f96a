import { readFileSync } from "node:fs";
import { Validator } from "@cfworker/json-schema";
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { relatedOriginRoutes } from "../../../src/authentication/passkeys/related-origin-routes.ts";
import { verifyArguments } from "../../../src/rpc/arguments.ts";
import { importExample } from "../support/documented-module.ts";

const takeExample = examplesForTest("unit/authentication/documented-requests", readPages().values());
const CHALLENGE_ID = "6f2d3b8e-0f0c-4c53-9c1e-0a3f6b7d5e21";
const ASSERTION = {
  id: "AAAA",
  rawId: "AAAA",
  type: "public-key",
  clientExtensionResults: {},
  response: { clientDataJSON: "AAAA", authenticatorData: "AAAA", signature: "AAAA", userHandle: "AAAA" },
};
const openapi = JSON.parse(readFileSync("public/openapi.json", "utf8"));

/** What the API description finds wrong with a request. */
function errorsOf(path: string, body: unknown) {
  const { schema } = openapi.paths[path].post.requestBody.content["application/json"];
  return new Validator({ ...schema, components: openapi.components }, "2020-12").validate(body).errors;
}

it("docs/sign-in.md: a reauthentication sends what the API takes", () => {
  const body = JSON.parse(takeExample("reauthentication").code);
  expect(body).toMatchObject({ factor: "totp" });
  expect(errorsOf("/api/auth/me/reauthenticate", body)).toEqual([]);
});

it("docs/sign-in.md: another host serves the document that the service would serve", async () => {
  const document = JSON.parse(takeExample("related-origins").code);
  const passkeys = { rpId: "auth.example.com", origins: document.origins };
  const routes = relatedOriginRoutes(() => ({ settings: { passkeys } }));
  const response = await routes.request("/.well-known/webauthn");
  expect(await response.json()).toEqual(document);
});

it("docs/sign-in.md: a sign-in by passkey sends the assertion of the requested challenge", async () => {
  const requests: { path: string; body: unknown }[] = [];
  const fetch = async (url: string, { body }: { readonly body: string }) => {
    requests.push({ path: new URL(url).pathname, body: JSON.parse(body) });
    return Response.json({ data: { challengeId: CHALLENGE_ID, options: { challenge: "AAAA" } } });
  };
  const credential = { toJSON: () => ASSERTION };
  const browser = {
    fetch,
    navigator: { credentials: { get: async () => credential } },
    PublicKeyCredential: { parseRequestOptionsFromJSON: (options: unknown) => options },
  };
  const { signIn } = await importExample<{ signIn: (globals: typeof browser) => Promise<void> }>(
    {
      code: `export async function signIn({ fetch, navigator, PublicKeyCredential }) {
        ${takeExample("passkey-sign-in").code}
      }`,
    },
    "js",
  );
  await signIn(browser);
  expect(requests).toEqual([
    { path: "/api/auth/login/passkey/options", body: {} },
    {
      path: "/api/auth/login/passkey",
      body: { challengeId: CHALLENGE_ID, assertion: ASSERTION },
    },
  ]);
  for (const { path, body } of requests) expect(errorsOf(path, body)).toEqual([]);
});

it("docs/workers.md: a call that requires a recent authentication has the arguments of the method", async () => {
  const calls: unknown[] = [];
  const verifyToken = async (token: unknown, options: unknown) => {
    calls.push({ token, options });
    return { ok: false, reason: "reauthentication_required" };
  };
  type Example = { checkRecency: (auth: object, token: string) => Promise<string> };
  const { checkRecency } = await importExample<Example>(takeExample("recent-authentication"), "ts");
  expect(await checkRecency({ verifyToken }, "a token")).toBe("ask");
  expect(calls).toHaveLength(1);
  expect(z.safeParse(verifyArguments, calls[0])).toMatchObject({ success: true });
});
