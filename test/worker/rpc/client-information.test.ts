import { expect, it } from "vitest";
import { resourceList } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { CODE_VERIFIER } from "../../support/social/client-application.ts";

// Invalid input of an app's visitor must not count as a `bad_request` of the app's Worker.

const service = startService({ env: { RESOURCES: resourceList("notes") } });
const worker = createRpcCaller(service, { props: { audience: "notes", permissions: ["verify", "sign-in"] } });
const client = { ip: "192.0.2.7", userAgent: "a phone" };

it("treats an over-long device token as an unknown device", async () => {
  const exchange = {
    code: "c",
    codeVerifier: CODE_VERIFIER,
    client: { ...client, deviceToken: "d".repeat(2049) },
  };
  expect(await worker.call("exchangeCode", exchange)).toEqual({ ok: false, reason: "code_invalid" });
});
