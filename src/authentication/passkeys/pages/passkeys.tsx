import type { Clock } from "../../../core/clock.ts";
import type { DepsOf } from "../../../http/context.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime, TimeAgo } from "../../../ui/relative-time.tsx";
import { Badge, backToAccount } from "../../../ui/settings-rows.tsx";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { mayEnrol } from "../../second-factor/enrolment-rules.ts";
import { type ListPasskeysDeps, listPasskeys } from "../list-passkeys.ts";
import type { Passkey } from "../passkey.ts";
import { hasUseForPasskey, type PasskeyUseSettings } from "../passkey-uses.ts";
import { CreatePasskey, PASSKEYS_PATH } from "./create-passkey.tsx";

type Deps = ListPasskeysDeps & { readonly clock: Clock; readonly settings: PasskeyUseSettings };

type Data = {
  readonly passkeys: readonly Passkey[];
  /** Whether the session may create one. */
  readonly mayCreate: boolean;
  /** Whether the service has a use for passkeys of the user. */
  readonly isOn: boolean;
};

/** The user's passkeys. A script creates one; everything else works without it. */
export const passkeysPage = (depsOf: DepsOf<Deps>): Page<Data, CurrentSession> => ({
  path: PASSKEYS_PATH,
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.passkeys.title,
  back: backToAccount,
  usesPasskeys: ({ isOn }) => isOn,
  load: (c) => c.var.session,
  loadData: async (c, session) => {
    const deps = depsOf(c);
    return {
      passkeys: await listPasskeys(deps, { accountId: session.account.id }),
      mayCreate: mayEnrol(session, deps.clock.now()),
      isOn: hasUseForPasskey(deps.settings, session),
    };
  },
  view: (p, { passkeys, mayCreate, isOn }) => (
    <>
      <p class="lead">{p.t.passkeys.lead}</p>
      {passkeys.length === 0 ? (
        <p class="faint">{p.t.passkeys.none}</p>
      ) : (
        <ul class="card list">
          {passkeys.map((passkey) => (
            <Item p={p} passkey={passkey} />
          ))}
        </ul>
      )}
      {isOn && <NewPasskey p={p} mayCreate={mayCreate} />}
    </>
  ),
  // The script has called the API, which has created the passkey. Without it the form confirms the user.
  submit: async (c, form) =>
    form.text("act") === "confirm"
      ? redirectToConfirmation(c, depsOf(c))
      : redirectWithFlash(c, PASSKEYS_PATH, "passkeyAdded"),
});

const NewPasskey = ({ p, mayCreate }: { readonly p: PageProps; readonly mayCreate: boolean }) => (
  <section class="card">
    <h2>{p.t.passkeys.new}</h2>
    <noscript>
      <p class="hint">{p.t.passkeys.noScript}</p>
    </noscript>
    <p class="hint" data-passkey="unsupported" hidden>
      {p.t.passkeys.unsupported}
    </p>
    {mayCreate ? (
      <CreatePasskey p={p} />
    ) : (
      <>
        <p>{p.t.passkeys.confirmFirst}</p>
        <Form p={p} act="confirm">
          <button type="submit">{p.t.passkeys.confirm}</button>
        </Form>
      </>
    )}
  </section>
);

const nameOf = ({ t }: PageProps, { label }: Passkey): string => label ?? t.passkeys.unnamed;

const Item = ({ p, passkey }: { readonly p: PageProps; readonly passkey: Passkey }) => (
  <li>
    <p>
      <strong>{nameOf(p, passkey)}</strong>{" "}
      <Badge good={false}>{passkey.isSynced ? p.t.passkeys.synced : p.t.passkeys.deviceBound}</Badge>{" "}
      {passkey.isSecondFactor && <Badge good>{p.t.passkeys.secondFactor}</Badge>}
      <br />
      <span class="faint">
        {p.t.passkeys.added} <LocalTime p={p} at={passkey.createdAt} />
        {" · "}
        {passkey.lastUsedAt === null ? (
          p.t.passkeys.neverUsed
        ) : (
          <>
            {p.t.passkeys.used} <TimeAgo p={p} at={passkey.lastUsedAt} />
          </>
        )}
      </span>
    </p>
    <a href={`${PASSKEYS_PATH}/${passkey.id}`} aria-label={`${p.t.passkeys.manage}: ${nameOf(p, passkey)}`}>
      {p.t.passkeys.manage}
    </a>
  </li>
);
