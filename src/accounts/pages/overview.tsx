import { FactorRemovalBanner } from "../../authentication/factor-removal/pages/factor-removal.tsx";
import { PasskeyOffer, passkeyCount } from "../../authentication/passkeys/pages/passkey-offer.tsx";
import {
  type ListedFactors,
  type ListFactorsDeps,
  listFactors,
} from "../../authentication/second-factor/list-factors.ts";
import type { SecondFactorSettings } from "../../authentication/second-factor/policy.ts";
import { FewRecoveryCodes } from "../../authentication/second-factor/recovery-codes/pages/few-recovery-codes.tsx";
import { allowsMethod, type SignInMethodSettings } from "../../authentication/sign-in-methods.ts";
import { type ListIdentitiesDeps, listIdentities } from "../../authentication/social/list-identities.ts";
import type { DepsOf } from "../../http/context.ts";
import type { Page } from "../../ui/page.ts";
import { Badge, fullNameOf, Person, Phone, Row, Rows } from "../../ui/settings-rows.tsx";
import type { Account } from "../account.ts";

type Deps = ListIdentitiesDeps &
  ListFactorsDeps & {
    readonly settings: SignInMethodSettings & {
      readonly secondFactor: SecondFactorSettings;
      readonly canText: boolean;
    };
  };

type Data = {
  readonly account: Account;
  readonly factors: ListedFactors;
  readonly settings: Deps["settings"];
  readonly linked: readonly { readonly name: string }[];
  readonly hasProviders: boolean;
};

/** The account overview. Each row links to the page that changes it. */
export const overviewPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/account",
  access: "signed_in",
  title: (t) => t.account.title,
  load: async (c) => {
    const { account } = c.var.session;
    const deps = depsOf(c);
    const [factors, linked] = await Promise.all([
      listFactors(deps, c.var.session),
      listIdentities(deps, { accountId: account.id }),
    ]);
    const hasProviders = deps.socialProviders.size > 0 || linked.length > 0;
    return { account, factors, linked, hasProviders, settings: deps.settings };
  },
  usesPasskeys: offersPasskey,
  view: (p, data) => {
    const { account, factors, linked, hasProviders, settings } = data;
    const t = p.t.account;
    const hasSecondFactor =
      factors.factors.some(({ isSecondFactor }) => isSecondFactor) ||
      settings.secondFactor.policies[account.role] === "required";
    return (
      <>
        {factors.factorRemovalDueAt !== null && (
          <FactorRemovalBanner p={p} dueAt={factors.factorRemovalDueAt} />
        )}
        <Person of={account} />
        {offersPasskey(data) && <PasskeyOffer p={p} />}
        <Rows title={t.profile}>
          <Row href="/account/profile" label={t.name}>
            {fullNameOf(account)}
          </Row>
          <Row href="/account/profile" label={p.t.fields.username}>
            {account.username ?? t.none}
          </Row>
          <Row href="/account/profile" label={p.t.fields.age}>
            {account.age ?? t.none}
          </Row>
          <Row href="/account/picture" label={p.t.fields.image}>
            {account.avatarKey === null ? t.none : t.set}
          </Row>
        </Rows>
        <Rows title={t.signingIn}>
          <Row href="/account/email" label={p.t.fields.email}>
            {account.email} {account.emailVerifiedAt === null && <Badge good={false}>{t.unverified}</Badge>}
          </Row>
          {allowsMethod(settings, "password") && (
            <Row href="/account/password" label={p.t.fields.password}>
              {factors.hasPassword ? "••••••••" : t.none}
            </Row>
          )}
          {(hasPasskeys(settings) || passkeysOf(factors) > 0) && (
            <Row href="/account/passkeys" label={p.t.passkeys.title}>
              {passkeyCount(p, passkeysOf(factors))}
            </Row>
          )}
          <Row href="/account/two-step" label={t.secondFactor}>
            <Badge good={hasSecondFactor}>{hasSecondFactor ? t.on : t.off}</Badge>
            <FewRecoveryCodes p={p} factors={factors} />
          </Row>
          {(settings.canText || account.phone) && (
            <Row href="/account/phone" label={p.t.fields.phone}>
              {account.phone ? <Phone p={p} of={account} /> : t.none}
            </Row>
          )}
          {hasProviders && (
            <Row href="/account/linked" label={p.t.linked.title}>
              {linked.map(({ name }) => name).join(", ") || p.t.linked.none}
            </Row>
          )}
        </Rows>
        <Rows title={t.security}>
          <Row href="/account/sessions" label={t.sessions}>
            {t.sessionsHint}
          </Row>
          <Row href="/account/devices" label={p.t.devices.title}>
            {t.devicesHint}
          </Row>
          <Row href="/account/keys" label={p.t.keys.title}>
            {t.keysHint}
          </Row>
          <Row href="/account/apps" label={p.t.apps.title}>
            {p.t.apps.hint}
          </Row>
          <Row href="/account/export" label={p.t.exportData.title}>
            {p.t.exportData.hint}
          </Row>
          <Row href="/account/deletion" label={p.t.deletion.title}>
            {p.t.deletion.hint}
          </Row>
          <Row href="/account/deactivate" label={t.deactivate}>
            {t.deactivateHint}
          </Row>
        </Rows>
      </>
    );
  },
});

const hasPasskeys = ({ signInMethods }: Deps["settings"]): boolean => signInMethods.includes("passkey");

const passkeysOf = ({ factors }: ListedFactors): number =>
  factors.filter(({ kind }) => kind === "passkey").length;

const offersPasskey = ({ settings, factors }: Data): boolean =>
  hasPasskeys(settings) && passkeysOf(factors) === 0;
