import { describe, expect, it } from "vitest";
import { redirectUriKind } from "../../../../src/oauth/clients/redirect-uri.ts";

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
