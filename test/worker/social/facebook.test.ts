import { describe, expect, it } from "vitest";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";
import { somebody } from "../../support/social/people.ts";
import { openProviders } from "../../support/social/providers.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const signIn = (accessToken: string) => service.post("/social/facebook/token", { accessToken });

describe("Facebook", () => {
  it("signs in by a token of an app, and knows the same person again", async () => {
    const ada = somebody();
    const first = await signIn(await providers.tokenOf(ada));
    expect(first.body.data.user).toMatchObject({ email: ada.email, name: "Ada" });
    const second = await signIn(await providers.tokenOf({ ...ada, email: "moved@example.com" }));
    expect(second.body.data.user.id).toBe(first.body.data.user.id);
  });

  it("refuses a token of another app, and one that is made up", async () => {
    expectRefusal(await signIn(await providers.tokenOf(somebody(), "another-app")), 400, "token_invalid");
    expectRefusal(await signIn("made-up"), 400, "token_invalid");
    expectRefusal(await signIn("made-up&access_token=other"), 400, "token_invalid");
  });

  it.each([null, "", " ", {}])("refuses a profile whose id is %j", async (id) => {
    expectRefusal(await signIn(await providers.tokenOf(somebody({ id }))), 400, "token_invalid");
  });

  it("makes no account of somebody who has confirmed no address there", async () => {
    const answer = await signIn(await providers.tokenOf(somebody({ verified: false })));
    expectRefusal(answer, 403, "email_not_verified");
  });

  it("takes no ID token", async () => {
    const answer = await service.post("/social/facebook/token", { idToken: "x" });
    expectRefusal(answer, 400, "validation_failed");
  });
});
