/** One line of the doctor. `skip` is what could not be looked at, and is no failure. */
export type Finding = {
  readonly level: "ok" | "warn" | "fail" | "skip";
  readonly about: string;
  readonly says: string;
  /** What puts it right: of every warning and failure. */
  readonly mend?: string;
};

export const ok = (about: string, says: string): Finding => ({ level: "ok", about, says });
export const skip = (about: string, says: string): Finding => ({ level: "skip", about, says });
export const warn = (about: string, says: string, mend: string): Finding => ({
  level: "warn",
  about,
  says,
  mend,
});
export const fail = (about: string, says: string, mend: string): Finding => ({
  level: "fail",
  about,
  says,
  mend,
});
