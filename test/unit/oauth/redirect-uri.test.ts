import { describe, expect, it } from "vitest";
import {
  allowsSilentConsent,
  isLoopback,
  matchesRedirectUri,
  redirectHostOf,
} from "../../../src/oauth/authorization/redirect-uri.ts";

const REGISTERED = [
  "https://app.example.com/callback",
  "https://app.example.com/with?query=1",
  "http://127.0.0.1/callback",
  "http://[::1]:8000/callback",
  "http://localhost:3000/callback",
  "com.example.app:/callback",
];

describe("matchesRedirectUri", () => {
  it.each([
    ...REGISTERED,
    "http://127.0.0.1:1/callback",
    "http://127.0.0.1:65535/callback",
    "http://[::1]/callback",
    "http://[::1]:51004/callback",
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
    ["another port of localhost", "http://localhost:3001/callback"],
    ["an IP in place of localhost", "http://127.0.0.1:3000/other"],
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
  ])("%s: host %s, loopback %s, silent %s", (uri, host, loopback, silent) => {
    expect([redirectHostOf(uri), isLoopback(uri), allowsSilentConsent(uri)]).toEqual([
      host,
      loopback,
      silent,
    ]);
  });
});
