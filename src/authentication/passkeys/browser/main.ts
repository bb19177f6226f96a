import { browserSupportsWebAuthn } from "@simplewebauthn/browser";
import { setUpCreation, setUpOffer } from "./create.ts";
import { areas } from "./page.ts";
import { setUpSecondFactor } from "./second-factor.ts";
import { setUpSignIn } from "./sign-in.ts";

// The script of the pages with passkeys. Without it, or in a browser without WebAuthn, its areas stay hidden.

if (browserSupportsWebAuthn()) {
  setUpSignIn();
  setUpSecondFactor();
  setUpCreation();
  void setUpOffer();
} else {
  for (const hint of areas("unsupported")) hint.hidden = false;
}
