import { describe, expect, it } from "vitest";
import { signForAws } from "../../../src/mail/providers/sign-for-aws.ts";

const key = {
  region: "us-east-1",
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

describe("signForAws", () => {
  // "post-x-www-form-urlencoded" of the test suite that AWS publishes for Signature Version 4.
  it("signs as AWS does in its own test suite", async () => {
    const headers = await signForAws({
      ...key,
      service: "service",
      url: "https://example.amazonaws.com/",
      contentType: "application/x-www-form-urlencoded",
      body: "Param1=value1",
      now: Date.UTC(2015, 7, 30, 12, 36),
    });
    expect(headers).toEqual({
      "content-type": "application/x-www-form-urlencoded",
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    });
  });
});
