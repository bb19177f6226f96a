import { isSecretName, judgeVariables } from "../deploy/judge-variables.ts";
import { REPLACEMENTS, unknownVariables } from "../shared/unknown-variables.ts";
import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type VariableFacts = {
  readonly isRemote: boolean;
  /** [vars] of the configuration, which every reader of the repository sees. */
  readonly inFile: Readonly<Record<string, unknown>>;
  /** Locally all variables of the Worker; remotely the known ones, which are those of [vars]. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The names of the Worker's secrets; null if the Worker does not exist. Locally empty: all values are known. */
  readonly secretNames: readonly string[] | null;
  /** The file of the local variables (default: .dev.vars). */
  readonly file?: string;
};

/** Validates the configuration as the service does, and checks where its secrets are. */
export function judgeSecrets(facts: VariableFacts): readonly Finding[] {
  if (facts.secretNames === null) {
    return [fail("secrets", "Cloudflare has no Worker of this name", "npm run deploy")];
  }
  return [
    ...judgeConfiguration(facts),
    ...judgeUnknown(facts),
    ...judgeExposedSecrets(facts),
    ...judgeRotation(facts),
  ];
}

function judgeConfiguration({ isRemote, variables, secretNames, file }: VariableFacts): readonly Finding[] {
  const secrets = secretNames ?? [];
  const findings = judgeVariables({ variables, secrets, allowDevelopment: !isRemote });
  if (findings.length === 0) {
    const unchecked = isRemote
      ? `; not checked: the values of ${(secretNames ?? []).join(", ") || "no secret"}`
      : "";
    return [ok("configuration", `the service would start with it${unchecked}`)];
  }
  return findings.map(({ name, message, fix }) =>
    fail(
      "configuration",
      message,
      isRemote || Object.hasOwn(REPLACEMENTS, name) ? fix : localFix(name, file),
    ),
  );
}

/** A similar name to a known variable is already a failure of judgeVariables. */
const judgeUnknown = ({ variables }: VariableFacts): readonly Finding[] =>
  unknownVariables(variables).flatMap(({ name, message, suggestion }) =>
    suggestion === undefined
      ? [
          warn(
            "configuration",
            message,
            `remove ${name}, or leave it: the service ignores it (docs/configuration.md)`,
          ),
        ]
      : [],
  );

/** A local secret is a line of a file. */
function localFix(name: string, file = ".dev.vars"): string {
  if (name !== "AUTH_SECRET") return `correct ${name} in ${file} (docs/configuration.md)`;
  return `correct it in ${file}: openssl rand -base64 48 generates one; without that file npm run dev creates a new .dev.vars`;
}

function judgeExposedSecrets({ isRemote, inFile, secretNames }: VariableFacts): readonly Finding[] {
  const exposed = Object.keys(inFile).filter((name) => isSecretName(name) && inFile[name] !== "");
  const failures = exposed.map((name) =>
    fail(
      "secrets",
      `${name} is in [vars], where every reader of the file sees it`,
      `remove it, generate a new one, and npx wrangler secret put ${name}`,
    ),
  );
  const hidden =
    isRemote && secretNames?.includes("ENVIRONMENT")
      ? [
          warn(
            "configuration",
            "ENVIRONMENT is a secret, so its value cannot be read",
            "npx wrangler secret delete ENVIRONMENT",
          ),
        ]
      : [];
  return [...failures, ...hidden];
}

function judgeRotation({ isRemote, variables, secretNames }: VariableFacts): readonly Finding[] {
  if (isRemote) {
    const has = secretNames?.includes("AUTH_SECRET_PREVIOUS");
    return has
      ? [skip("secrets", "AUTH_SECRET_PREVIOUS is set: a rotation is in progress (docs/rotation.md)")]
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
        "remove AUTH_SECRET_PREVIOUS, or set it to the earlier secret",
      ),
    ];
  }
  return [];
}

export type KeyFacts = {
  /** Ids of the known root secrets, the current one first; empty if AUTH_SECRET is unknown here. */
  readonly roots: readonly string[];
  /** How many signing keys each root has sealed; the root of the newest key comes first. */
  readonly sealedBy: readonly { readonly root: string; readonly keys: number }[];
  /** Passwords under another root than the current one; null if not counted. */
  readonly otherPasswords: number | null;
};

/** Checks that the service can open its signing keys, and whether the previous secret is still needed. */
export function judgeKeys({ roots, sealedBy, otherPasswords }: KeyFacts): readonly Finding[] {
  const subject = "signing keys";
  const [newest] = sealedBy;
  if (newest === undefined) return [skip(subject, "there is none yet: the first request creates it")];
  const [current, previous] = roots;
  if (current === undefined) {
    return [
      skip(
        subject,
        "AUTH_SECRET is unknown here: read -rs AUTH_SECRET && export AUTH_SECRET, and run this again",
      ),
    ];
  }
  if (!roots.includes(newest.root)) {
    return [
      fail(
        subject,
        "the newest is sealed by a secret that is neither AUTH_SECRET nor AUTH_SECRET_PREVIOUS",
        "set the earlier secret as AUTH_SECRET_PREVIOUS; if it is lost, see docs/backup.md",
      ),
    ];
  }
  if (previous === undefined) return [ok(subject, "AUTH_SECRET opens the newest")];
  const old = sealedBy.filter(({ root }) => root === previous).reduce((sum, { keys }) => sum + keys, 0);
  return [ok(subject, "the secrets open the newest"), judgePrevious(old, otherPasswords)];
}

function judgePrevious(oldKeys: number, otherPasswords: number | null): Finding {
  const subject = "AUTH_SECRET_PREVIOUS";
  if (oldKeys === 0 && otherPasswords === 0) {
    return warn(
      subject,
      "no signing key and no password depends on it",
      "remove it when docs/rotation.md allows it: sessions live for up to REFRESH_MAX_TTL",
    );
  }
  const passwords =
    otherPasswords === null ? "an unknown number of passwords" : `${otherPasswords} passwords`;
  return ok(subject, `still needed: ${oldKeys} signing keys and ${passwords} depend on it`);
}
