import { type Actor, PASSWORDS } from "../actors.ts";
import type { Operation } from "../command.ts";
import { isLocked, lock } from "../failures.ts";
import { type Model, pick } from "../model.ts";
import type { Account } from "../records.ts";
import { violation } from "../violation.ts";

const MAX_GUESSES = 10;

const targets = (model: Model): Account[] =>
  [...model.accounts.values()].filter((account) => account.verified && !isLocked(model, account));

/** Guesses passwords until the account is locked. Then its right password opens nothing on an unknown device. */
export function guessPasswords(actor: Actor, n: number): Operation {
  return {
    name: `${actor} guesses passwords of account ${n}`,
    // It costs as much as all other steps of a sequence.
    isPossible: (model) => n % 4 === 0 && targets(model).length > 0,
    run: async (model, world) => {
      const account = pick(targets(model), n / 4);
      const { email } = account;
      const logIn = (password: string) => world.call(actor, "POST", "/login", { body: { email, password } });
      let guesses = 0;
      for (let status = 401; status !== 429; guesses += 1) {
        if (guesses > MAX_GUESSES) violation(`${guesses} wrong passwords do not lock ${email}`);
        status = (await logIn("a wrong guess of it")).status;
        if (status < 400) violation("a wrong password was accepted");
      }
      lock(model, account);
      const right = await logIn(account.password ?? PASSWORDS.alice[0]);
      if (right.status !== 429) violation(`the locked account ${email} answered ${right.status}`);
      return `${email} is locked after ${guesses - 1} guesses`;
    },
  };
}
