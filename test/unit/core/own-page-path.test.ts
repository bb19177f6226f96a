import { describe, expect, it } from "vitest";
import { ownPagePath } from "../../../src/core/own-page-path.ts";

const PUBLIC_URL = "https://auth.example.com";
const read = (input: string) => ownPagePath(input, PUBLIC_URL);

describe("ownPagePath", () => {
  it.each([
    ["/account", "/account"],
    ["/oauth/authorize?client_id=a&state=%2F%2Fx", "/oauth/authorize?client_id=a&state=%2F%2Fx"],
    ["https://auth.example.com/account?a=b", "/account?a=b"],
    ["HTTPS://AUTH.example.com/account", "/account"],
    ["/a/../account", "/account"],
    ["/apiary", "/apiary"],
  ])("returns the path of the page %j", (input, path) => {
    expect(read(input)).toBe(path);
  });

  it.each([
    ...["", "account", "?a", "https://evil.example/", "//evil.example", "https:evil.example"],
    // What the URL parser makes a path of that a browser reads as a host.
    ...["/.//evil.example", "/%2e//evil.example", "/a/..//evil.example"],
    "https://auth.example.com//evil.example",
    ...["/\\evil.example", "\\/evil.example", "/\t/evil.example", "/a\r\nb", "/ä"],
    ...["https://auth.example.com@evil.example/", "https://user@auth.example.com/account"],
    ...["https://auth.example.com:8443/account", "http://auth.example.com/account"],
    ...["javascript:alert(1)", "data:text/html,x", "/account#fragment"],
    ...["/api", "/api/auth/logout", "/API/auth", "/x/../api/auth", "/%61pi/auth"],
  ])("refuses %j", (input) => {
    expect(read(input)).toBeNull();
  });
});
