import type { SecondFactor } from "../second-factor/second-factor.ts";
import { passkeyAmr } from "./amr.ts";
import { isAssertion, verifyAssertion } from "./assertion.ts";
import { readClientData } from "./client-data.ts";
import { reportRegression } from "./counter.ts";
import { isUserHandleOf } from "./user-handle.ts";

/** A passkey after another first factor, or at a reauthentication. It need not verify the user: it is one factor. */
export const passkeyFactor: SecondFactor = {
  kind: "passkey",
  prompt: "Use your passkey.",
  needsNoSetup: false,
  begin: async () => ({ codeHash: "", mail: null }),
  async verify(deps, { account, factors, webauthnChallenges }, answer) {
    if (answer.by !== "assertion" || !isAssertion(answer.assertion)) return null;
    const { assertion } = answer;
    const { userHandle } = assertion.response;
    // An authenticator that keeps no user handle for this use sends none.
    if (userHandle && !isUserHandleOf(account.id, userHandle)) return null;
    const signed = readClientData(assertion.response.clientDataJSON)?.challenge;
    const open = webauthnChallenges.find(({ challenge }) => challenge === signed);
    const passkey = factors.find(
      ({ kind, credentialId }) => kind === "passkey" && credentialId === assertion.id,
    );
    if (!open || !passkey?.publicKey) return null;
    const { publicKey } = passkey;
    const verified = await verifyAssertion(deps.settings.passkeys, {
      assertion,
      challenge: open.challenge,
      publicKey,
    });
    if (!verified) return null;
    const { signCount } = verified;
    const factorId = passkey.id;
    const use = { accountId: account.id, factorId, stored: passkey.signCount ?? 0, reported: signCount };
    return {
      factorId,
      amr: passkeyAmr(verified),
      consumes: {
        of: "passkey",
        factorId,
        challengeId: open.id,
        signCount,
        regression: reportRegression(deps, use, null),
      },
    };
  },
};
