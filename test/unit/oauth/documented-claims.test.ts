import { expect, it } from "vitest";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { emptyClaimsCache } from "../../../src/oauth/custom-claims/claims-cache.ts";
import type { ClaimsSource } from "../../../src/oauth/custom-claims/claims-source.ts";
import { readCustomClaims } from "../../../src/oauth/custom-claims/read-custom-claims.ts";
import { importExample } from "../support/documented-module.ts";

const takeExample = examplesForTest("unit/oauth/documented-claims", readPages().values());

it("docs/claims.md: the claims of the Worker are accepted", async () => {
  const { Claims } = await importExample<{ Claims: new () => ClaimsSource }>(takeExample("worker"), "ts");
  const deps = {
    clock: { now: () => 0 },
    customClaims: {
      source: new Claims(),
      settings: { timeoutMs: 500, ttl: 60, onFailure: "closed", prefix: null },
      cache: emptyClaimsCache(),
      wait: () => new Promise(() => undefined),
      onFailure: () => undefined,
    },
  } as const;
  const subject = { accountId: "a", clientId: "c", resource: "https://notes.example.com", scopes: [] };
  expect(await readCustomClaims(deps, subject)).toEqual({
    ok: true,
    value: { "https://example.com/plan": "pro", "acme:seats": 3 },
  });
  expect(await readCustomClaims(deps, { ...subject, accountId: null })).toEqual({ ok: true, value: {} });
});

it("docs/claims.md: the binding names the Worker's entrypoint", () => {
  expect(takeExample("binding").code).toContain('binding = "CLAIMS"');
  expect(takeExample("worker").code).toContain(
    `class ${/entrypoint = "(\w+)"/.exec(takeExample("binding").code)?.[1]} extends`,
  );
});
