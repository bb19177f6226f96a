import type { PageProps } from "../../../ui/page.ts";
import type { ReturnTarget } from "../../../ui/return-target.ts";

type Props = { readonly p: PageProps; readonly returnTarget: ReturnTarget | null };

/** The button of a sign-in by passkey. The script shows it where the browser supports passkeys. */
export const PasskeySignIn = ({ p, returnTarget }: Props) => (
  <div data-passkey="sign-in" data-next={returnTarget ?? "/account"} hidden>
    <button type="button">{p.t.passkeys.signIn}</button>
  </div>
);
