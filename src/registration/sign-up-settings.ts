/** SIGN_UP, SIGN_UP_DOMAINS and SIGN_UP_DISPOSABLE: who may create an account. */
export type SignUpSettings = {
  /** `invited`: only users whom an admin has invited. `closed`: no new account by any method. */
  readonly policy: "open" | "invited" | "closed";
  /** The domains of addresses that may sign up. Empty: all. */
  readonly domains: readonly string[];
  /** Whether domains of disposable addresses are refused. */
  readonly refusesDisposable: boolean;
};
