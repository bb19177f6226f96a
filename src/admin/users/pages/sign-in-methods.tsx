import { factorName } from "../../../authentication/second-factor/pages/factor-name.ts";
import { FactorUse } from "../../../authentication/second-factor/pages/factor-rows.tsx";
import { ProviderLogo } from "../../../authentication/social/pages/provider-logo.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { TimeAgo } from "../../../ui/relative-time.tsx";
import { Badge, EmailAddress } from "../../../ui/settings-rows.tsx";
import type { AccountStatus } from "../read-account-status.ts";

type Props = {
  readonly p: PageProps;
  readonly of: Pick<AccountStatus, "identities" | "factors">;
  /** The name of a provider by its id. */
  readonly nameOf: (provider: string) => string;
};

/** The providers that a user has linked, and the second factors and passkeys. */
export const SignInMethods = ({ p, of: { identities, factors }, nameOf }: Props) => (
  <section class="card">
    <h2>{p.t.users.signInMethods}</h2>
    {identities.length + factors.length === 0 && <p class="faint">{p.t.users.noSignInMethods}</p>}
    <ul class="list inset">
      {identities.map(({ provider, email, lastUsedAt }) => (
        <li>
          <ProviderLogo id={provider} />
          <p class="grow">
            <strong>{nameOf(provider)}</strong>
            <br />
            <span class="faint">
              {email !== null && (
                <>
                  <EmailAddress of={email} />
                  {" · "}
                </>
              )}
              {p.t.sessions.lastUsed} <TimeAgo p={p} at={lastUsedAt} />
            </span>
          </p>
        </li>
      ))}
      {factors.map((factor) => (
        <li>
          <p class="grow">
            <strong>{factorName(p.t, factor)}</strong>{" "}
            {factor.label !== null && <Badge good={false}>{p.t.twoStep.kinds[factor.kind]}</Badge>}
            <br />
            <span class="faint">
              <FactorUse p={p} factor={factor} />
            </span>
          </p>
        </li>
      ))}
    </ul>
  </section>
);
