import { fill } from "../../../core/text.ts";
import type { PageProps } from "../../../ui/page.ts";
import { CreatePasskey } from "./create-passkey.tsx";

/** Offers a first passkey. The script shows it where the device can keep one, unless the user has declined lately. */
export const PasskeyOffer = ({ p }: { readonly p: PageProps }) => (
  <section class="card" data-passkey="offer" hidden>
    <h2>{p.t.passkeys.offerTitle}</h2>
    <p>{p.t.passkeys.offerText}</p>
    <CreatePasskey p={p} />
    <button type="button" class="quiet" data-passkey-later>
      {p.t.passkeys.notNow}
    </button>
  </section>
);

export function passkeyCount({ t }: PageProps, count: number): string {
  if (count === 0) return t.passkeys.hintNone;
  return count === 1 ? t.passkeys.hintOne : fill(t.passkeys.hintMany, { count: String(count) });
}
