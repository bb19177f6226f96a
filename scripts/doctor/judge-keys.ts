import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type KeyFacts = {
  /** Names of the root secrets at hand, the current one first; none where AUTH_SECRET is not known here. */
  readonly roots: readonly string[];
  /** How many signing keys each root has sealed, the newest of them first. */
  readonly sealedBy: readonly { readonly root: string; readonly keys: number }[];
  /** Accounts whose password is under another root than the current; null where nobody counted. */
  readonly otherPasswords: number | null;
};

/** Whether the service can open what it has sealed, and whether the root before is still needed. */
export function judgeKeys({ roots, sealedBy, otherPasswords }: KeyFacts): readonly Finding[] {
  const about = "signing keys";
  const [newest] = sealedBy;
  if (newest === undefined) return [skip(about, "there is none yet: the first request makes it")];
  const [current, previous] = roots;
  if (current === undefined) {
    return [
      skip(about, "AUTH_SECRET is not known here: read -rs AUTH_SECRET && export AUTH_SECRET, and ask again"),
    ];
  }
  if (!roots.includes(newest.root)) {
    return [
      fail(
        about,
        "the newest is sealed by a secret that is neither AUTH_SECRET nor AUTH_SECRET_PREVIOUS",
        "set the secret that was before as AUTH_SECRET_PREVIOUS; if it is lost, docs/backup.md says what is",
      ),
    ];
  }
  if (previous === undefined) return [ok(about, "AUTH_SECRET opens the newest")];
  const old = sealedBy.filter(({ root }) => root === previous).reduce((sum, { keys }) => sum + keys, 0);
  return [ok(about, "the secrets open the newest"), judgePrevious(old, otherPasswords)];
}

function judgePrevious(oldKeys: number, otherPasswords: number | null): Finding {
  const about = "AUTH_SECRET_PREVIOUS";
  if (oldKeys === 0 && otherPasswords === 0) {
    return warn(
      about,
      "no signing key and no password needs it any more",
      "docs/rotation.md says when it may go: sessions live for up to REFRESH_MAX_TTL",
    );
  }
  const passwords =
    otherPasswords === null ? "an unknown number of passwords" : `${otherPasswords} passwords`;
  return ok(about, `still needed: ${oldKeys} signing keys and ${passwords} are under it`);
}
