import { isSecretName, judgeVariables } from "../deploy/judge-variables.ts";
import { unknownVariables } from "../shared/unknown-variables.ts";
import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type VariableFacts = {
  readonly isRemote: boolean;
  /** [vars] of the configuration: whoever reads the repository reads them. */
  readonly inFile: Readonly<Record<string, unknown>>;
  /** Locally all that the Worker would be given; remotely what is known of it, which is [vars]. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Names alone; null where there is no such Worker. Locally empty, since all is known. */
  readonly secretNames: readonly string[] | null;
  /** Where a laptop's variables are: .dev.vars, unless said otherwise. */
  readonly file?: string;
};

/** What the service would say of its own configuration, and where its secrets are. */
export function judgeSecrets(facts: VariableFacts): readonly Finding[] {
  if (facts.secretNames === null) {
    return [fail("secrets", "Cloudflare has no Worker of this name", "npm run deploy")];
  }
  return [
    ...judgeConfiguration(facts),
    ...judgeStrangers(facts),
    ...judgePlaces(facts),
    ...judgeRoots(facts),
  ];
}

function judgeConfiguration({ isRemote, variables, secretNames, file }: VariableFacts): readonly Finding[] {
  const secrets = secretNames ?? [];
  const findings = judgeVariables({ variables, secrets, isDevelopmentMeant: !isRemote });
  if (findings.length === 0) {
    const unseen = isRemote
      ? `; not seen: the values of ${(secretNames ?? []).join(", ") || "no secret"}`
      : "";
    return [ok("configuration", `the service would start with it${unseen}`)];
  }
  return findings.map(({ name, says, mend }) =>
    fail("configuration", says, isRemote ? mend : localMend(name, file)),
  );
}

/** Those that look like one of ours are failures already. */
const judgeStrangers = ({ variables }: VariableFacts): readonly Finding[] =>
  unknownVariables(variables).flatMap(({ name, says, meant }) =>
    meant === undefined
      ? [
          warn(
            "configuration",
            says,
            `take ${name} out, or leave it: nothing reads it (docs/configuration.md)`,
          ),
        ]
      : [],
  );

/** On a laptop a secret is a line of a file, and nothing of Cloudflare's. */
function localMend(name: string, file = ".dev.vars"): string {
  if (name !== "AUTH_SECRET") return `correct ${name} in ${file} (docs/configuration.md)`;
  return `correct it in ${file}: openssl rand -base64 48 makes one; without that file npm run dev makes a new .dev.vars`;
}

function judgePlaces({ isRemote, inFile, secretNames }: VariableFacts): readonly Finding[] {
  const open = Object.keys(inFile).filter((name) => isSecretName(name) && inFile[name] !== "");
  const shown = open.map((name) =>
    fail(
      "secrets",
      `${name} stands in [vars], for everybody who reads the file`,
      `take it out, make a new one, and npx wrangler secret put ${name}`,
    ),
  );
  const hidden =
    isRemote && secretNames?.includes("ENVIRONMENT")
      ? [
          warn(
            "configuration",
            "ENVIRONMENT is a secret, so nobody sees what it is",
            "npx wrangler secret delete ENVIRONMENT",
          ),
        ]
      : [];
  return [...shown, ...hidden];
}

function judgeRoots({ isRemote, variables, secretNames }: VariableFacts): readonly Finding[] {
  if (isRemote) {
    const has = secretNames?.includes("AUTH_SECRET_PREVIOUS");
    return has
      ? [skip("secrets", "AUTH_SECRET_PREVIOUS is set: a rotation is under way (docs/rotation.md)")]
      : [];
  }
  const [current, previous] = [variables.AUTH_SECRET, variables.AUTH_SECRET_PREVIOUS].map((value) =>
    String(value ?? "").trim(),
  );
  if (current !== "" && current === previous) {
    return [
      warn(
        "secrets",
        "AUTH_SECRET_PREVIOUS is the same as AUTH_SECRET",
        "take AUTH_SECRET_PREVIOUS out, or put there what was before",
      ),
    ];
  }
  return [];
}
