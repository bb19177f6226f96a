import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** Every file of the program that sends requests, and the test that answers them with a redirect. */
const SENDERS = {
  "src/accounts/breached-passwords.ts": "worker/accounts/password-policy",
  "src/authentication/social/providers/provider-fetch.ts": "worker/authentication/social/provider-errors",
  "src/captcha/providers/siteverify.ts": "contracts/captcha-provider",
  "src/client/fetch.ts": "unit/client/jwks-verifier",
  "src/core/post-to-provider.ts": "contracts/mail-provider",
  "src/oauth/backchannel-logout/send-logout-token.ts":
    "worker/oauth/backchannel-logout/deliver-logout-notices",
  "src/oauth/client-authentication/client-key-sets.ts": "unit/oauth/client-key-sets",
  "src/oauth/client-metadata/fetch-document.ts": "worker/oauth/client-metadata/resolve-client",
};

/** Scripts of pages: a browser runs them, and they call this service. */
const IN_BROWSERS = /^(?:authentication\/passkeys\/browser\/|messaging\/dev-mailbox\/script\.ts)/;

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !IN_BROWSERS.test(name))
  .map((name) => ({ name: `src/${name}`, text: readFileSync(`src/${name}`, "utf8") }));

/** The arguments of each call of the global `fetch`. A method of that name belongs to a binding. */
function callsIn(text: string): string[] {
  return [...text.matchAll(/(?<![.\w])fetch\(|\bglobalThis\.fetch\(/g)].map(({ index, 0: start }) => {
    let depth = 1;
    let end = index + start.length;
    for (; depth > 0 && end < text.length; end += 1) {
      if (text[end] === "(") depth += 1;
      if (text[end] === ")") depth -= 1;
    }
    return text.slice(index + start.length, end - 1);
  });
}

describe("the outgoing requests of the program", () => {
  it("are sent by the listed files only", () => {
    const senders = sources.filter(({ text }) => callsIn(text).length > 0).map(({ name }) => name);
    expect(senders.sort()).toEqual(Object.keys(SENDERS));
  });

  it("follow no redirect, whatever options a caller adds (ASVS 15.3.2)", () => {
    for (const { name, text } of sources) {
      for (const call of callsIn(text)) {
        expect(call, name).toContain('redirect: "manual"');
        expect(call.slice(call.indexOf("redirect:")), name).not.toContain("...");
      }
    }
  });

  it.each(Object.entries(SENDERS))("of %s are answered with a redirect by %s", (_file, test) => {
    expect(readFileSync(`test/${test}.test.ts`, "utf8")).toMatch(/redirect/i);
  });

  it("of a library go through the fetch function of the providers, or of the client", () => {
    const senders = sources.filter(
      ({ text }) => text.includes('from "oauth4webapi"') && /await \w+Request\(/.test(text),
    );
    expect(senders.length).toBeGreaterThan(0);
    for (const { name, text } of senders) {
      expect(text, name).toContain(
        name.startsWith("src/client/") ? "requestOptions(client" : "requestOptions(providerFetch",
      );
    }
    for (const { name, text } of sources) expect(text, name).not.toContain("createRemoteJWKSet");
  });
});
