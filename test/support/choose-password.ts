import { vi } from "vitest";
import type { Answer, Service } from "./service.ts";
import { logIn, member, newAddress, PASSWORD, tokenMailedTo } from "./users.ts";

/** The account's own words, which its password must not be. */
export type Chooser = {
  readonly email?: string;
  readonly name?: string;
  readonly lastName?: string;
  readonly username?: string;
};

type Choice = {
  readonly email: string;
  /** The one request that chooses. */
  choose(password: string): Promise<Answer>;
};

/** One of the places where a password is chosen. */
export type PasswordRoute = {
  readonly path: string;
  /** The field of the request that holds the new password. */
  readonly field: string;
  /** The status of a choice that is let through. */
  readonly accepted: number;
  /** Somebody who has come as far as choosing. */
  prepare(service: Service, chooser?: Chooser): Promise<Choice>;
};

export const passwordRoutes: readonly PasswordRoute[] = [
  {
    path: "/register",
    field: "password",
    accepted: 201,
    async prepare(service, { email = newAddress(), name = "Ada", ...profile } = {}) {
      const choose = (password: string) => service.post("/register", { email, name, password, ...profile });
      return { email, choose };
    },
  },
  {
    path: "/reset-password",
    field: "newPassword",
    accepted: 200,
    async prepare(service, chooser) {
      const { email } = await memberLike(service, chooser);
      await service.post("/forgot-password", { email });
      const token = await tokenMailedTo(service, email);
      return { email, choose: (newPassword) => service.post("/reset-password", { token, newPassword }) };
    },
  },
  {
    path: "/me/password",
    field: "newPassword",
    accepted: 200,
    async prepare(service, chooser) {
      const { email, token } = await memberLike(service, chooser);
      const given = { currentPassword: PASSWORD };
      return {
        email,
        choose: (newPassword) => service.post("/me/password", { ...given, newPassword }, token),
      };
    },
  },
];

/** Somebody signed in whose account has those words. */
async function memberLike(service: Service, { email = newAddress(), ...profile }: Chooser = {}) {
  await member(service, email);
  const { token } = await logIn(service, email);
  if (Object.keys(profile).length > 0) {
    const answer = await service.call("PATCH", "/api/auth/me", profile, token);
    if (answer.status !== 200) throw new Error(`PATCH /me answered ${answer.status}: ${answer.text}`);
  }
  return { email, token };
}

/** Counts the runs of PBKDF2 in the isolate, which is the service's own, until mocks are restored. */
export function watchHashing(): () => number {
  const watched = vi.spyOn(crypto.subtle, "deriveBits");
  return () =>
    watched.mock.calls.filter(([algorithm]) => JSON.stringify(algorithm).includes("PBKDF2")).length;
}
