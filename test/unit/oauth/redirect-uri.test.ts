import { describe, expect, it } from "vitest";
import {
  allowsSilentConsent,
  isLoopback,
  matchesRedirectUri,
  redirectHostOf,
  redirectUriKind,
} from "../../../src/oauth/redirect-uri.ts";

const REGISTERED = [
  "https://app.example.com/callback",
  "https://app.example.com/with?query=1",
  "http://127.0.0.1/callback",
  "http://[::1]:8000/callback",
  "http://localhost:3000/local",
  "com.example.app:/callback",
];

describe("redirectUriKind", () => {
  it.each([
    ["https://app.example.com/callback", "https"],
    ["https://app.example.com", "https"],
    ["https://app.example.com:8443/callback?tenant=1", "https"],
    ["http://127.0.0.1/callback", "loopback"],
    ["http://127.0.0.1:4321/callback", "loopback"],
    ["http://[::1]:4321/callback", "loopback"],
    ["http://localhost:4321/callback", "loopback"],
    ["com.example.app:/callback", "private"],
    ["com.example.app://callback", "private"],
  ])("%s is %s", (uri, kind) => {
    expect(redirectUriKind(uri)).toBe(kind);
  });

  it.each([
    "",
    "/callback",
    "app.example.com/callback",
    "http://app.example.com/callback",
    "http://127.0.0.2/callback",
    "http://127.1/callback",
    "http://0x7f000001/callback",
    "http://localhost.example.com/callback",
    "http://localhost@evil.example/callback",
    "https://user@app.example.com/callback",
    "https://user:secret@app.example.com/callback",
    "https://@app.example.com/callback",
    "https://app.example.com/callback#fragment",
    "https://app.example.com/callback#",
    "https://*.example.com/callback",
    "https://app.example.com/*",
    "https:/app.example.com/callback",
    "https:app.example.com/callback",
    "HTTPS://app.example.com/callback",
    "https://APP.example.com/callback",
    "https://app.example.com\\@evil.example/callback",
    "https://app.example.com/call back",
    " https://app.example.com/callback",
    "https://app.example.com/callback\n",
    "https://bücher.example/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "myapp:/callback",
    "myapp://callback",
    `https://app.example.com/${"a".repeat(2000)}`,
  ])("refuses %j", (uri) => {
    expect(redirectUriKind(uri)).toBeNull();
  });
});

describe("matchesRedirectUri", () => {
  it.each([
    ...REGISTERED,
    "http://127.0.0.1:1/callback",
    "http://127.0.0.1:65535/callback",
    "http://[::1]/callback",
    "http://[::1]:51004/callback",
    "http://localhost/local",
    "http://localhost:1/local",
    "http://localhost:51004/local",
  ])("accepts %s", (uri) => {
    expect(matchesRedirectUri(REGISTERED, uri)).toBe(true);
  });

  it.each([
    ["a prefix", "https://app.example.com/call"],
    ["a suffix", "https://app.example.com/callback/more"],
    ["a suffix without a slash", "https://app.example.com/callback2"],
    ["a trailing slash", "https://app.example.com/callback/"],
    ["a query", "https://app.example.com/callback?a=1"],
    ["another query", "https://app.example.com/with?query=2"],
    ["no query", "https://app.example.com/with"],
    ["a fragment", "https://app.example.com/callback#x"],
    ["an empty fragment", "https://app.example.com/callback#"],
    ["a percent-encoded letter", "https://app.example.com/c%61llback"],
    ["an encoded slash", "https://app.example.com%2Fcallback"],
    ["a path traversal", "https://app.example.com/x/../callback"],
    ["an encoded path traversal", "https://app.example.com/callback/%2e%2e/callback"],
    ["userinfo", "https://app.example.com@evil.example/callback"],
    ["userinfo of the host", "https://evil@app.example.com/callback"],
    ["a host suffix", "https://app.example.com.evil.example/callback"],
    ["a host prefix", "https://evil-app.example.com/callback"],
    ["a subdomain", "https://x.app.example.com/callback"],
    ["upper case in the host", "https://APP.example.com/callback"],
    ["upper case in the scheme", "HTTPS://app.example.com/callback"],
    ["upper case in the path", "https://app.example.com/Callback"],
    ["a dot after the host", "https://app.example.com./callback"],
    ["the default port", "https://app.example.com:443/callback"],
    ["another port", "https://app.example.com:8443/callback"],
    ["http", "http://app.example.com/callback"],
    ["a backslash", "https://app.example.com\\@evil.example/callback"],
    ["a space before", " https://app.example.com/callback"],
    ["a line break", "https://app.example.com/callback\r\n"],
    ["a tab inside", "https://app.exam\tple.com/callback"],
    ["another loopback host", "http://127.0.0.2:3000/callback"],
    ["localhost in place of an IP", "http://localhost/callback"],
    ["an IP in place of localhost", "http://127.0.0.1:3000/local"],
    ["localhost with a longer path", "http://localhost:3000/local/more"],
    ["localhost with a query", "http://localhost:3000/local?x=1"],
    ["localhost with https", "https://localhost:3000/local"],
    ["localhost with userinfo", "http://evil@localhost:3000/local"],
    ["localhost as userinfo", "http://localhost:3000@evil.example/local"],
    ["localhost with an empty userinfo", "http://@localhost:3000/local"],
    ["localhost as a label of a domain", "http://localhost.example.com:3000/local"],
    ["a name under localhost", "http://app.localhost:3000/local"],
    ["localhost with a dot behind", "http://localhost.:3000/local"],
    ["localhost in upper case", "http://LOCALHOST:3000/local"],
    ["localhost with port 0", "http://localhost:0/local"],
    ["localhost with a port that is none", "http://localhost:99999/local"],
    ["localhost with a port that has a leading zero", "http://localhost:03000/local"],
    ["loopback with a suffix of the host", "http://127.0.0.1.evil.example/callback"],
    ["loopback as userinfo", "http://127.0.0.1:80@evil.example/callback"],
    ["loopback with userinfo", "http://evil@127.0.0.1/callback"],
    ["loopback with a longer path", "http://127.0.0.1:3000/callback/more"],
    ["loopback with a query", "http://127.0.0.1:3000/callback?x=1"],
    ["loopback with https", "https://127.0.0.1/callback"],
    ["loopback in another notation", "http://127.1/callback"],
    ["loopback as a number", "http://2130706433/callback"],
    ["loopback with a port that is none", "http://127.0.0.1:99999/callback"],
    ["loopback with port 0", "http://127.0.0.1:0/callback"],
    ["loopback with an empty port", "http://127.0.0.1:/callback"],
    ["another private scheme", "com.example.app2:/callback"],
    ["a private scheme with a host", "com.example.app://callback"],
    ["nothing", ""],
  ])("refuses %s", (_name, uri) => {
    expect(matchesRedirectUri(REGISTERED, uri)).toBe(false);
  });

  it.each([
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "blob:x",
    "file:///x",
  ])("refuses %s even if it is registered", (uri) => {
    expect(matchesRedirectUri([uri], uri)).toBe(false);
  });
});

describe("the receiver of codes", () => {
  it.each([
    ["https://app.example.com:8443/callback", "app.example.com:8443", false, true],
    ["http://127.0.0.1:5000/callback", "127.0.0.1", true, false],
    ["http://[::1]:5000/callback", "[::1]", true, false],
    ["http://localhost:3000/callback", "localhost", true, false],
    ["http://app.example.com/callback", "app.example.com", false, false],
    ["com.example.app:/callback", "com.example.app", false, false],
    ["com.example.app://bank.example.com/callback", "com.example.app", false, false],
    ["https://localhost:8443/callback", "localhost", true, false],
    ["https://127.0.0.2/callback", "127.0.0.2", true, false],
    ["https://app.localhost/callback", "app.localhost", true, false],
  ])("%s: host %s, loopback %s, silent %s", (uri, host, loopback, silent) => {
    expect([redirectHostOf(uri), isLoopback(uri), allowsSilentConsent(uri)]).toEqual([
      host,
      loopback,
      silent,
    ]);
  });
});
