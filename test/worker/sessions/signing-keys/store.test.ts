import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../../src/db/database.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { KEY_MAX_AGE } from "../../../../src/sessions/signing-keys/rules.ts";
import type { SigningAlg, StoredSigningKey } from "../../../../src/sessions/signing-keys/signing-key.ts";
import { signingKeyStore } from "../../../../src/sessions/signing-keys/store.ts";
import { resetStores } from "../../../support/reset-stores.ts";
import { startService } from "../../../support/service.ts";
import { registerAndLogIn } from "../../../support/users.ts";

beforeEach(resetStores);

const store = signingKeyStore(openDatabase(env.DB, newMeter()));

const key = (
  kid: string,
  signsFrom: number,
  sealedBy = "ours",
  alg: SigningAlg = "ES256",
): StoredSigningKey => ({
  kid,
  alg,
  publicJwk: "{}",
  sealedPrivateJwk: `sealed ${sealedBy}`,
  sealedBy,
  createdAt: signsFrom,
  signsFrom,
  signsUntil: signsFrom + 1000,
});

/** Stores keys in spite of the others. */
async function insert(...keys: StoredSigningKey[]): Promise<void> {
  const statement = env.DB.prepare(
    "INSERT INTO signing_keys (kid, alg, public_jwk, sealed_private_jwk, sealed_by, created_at, signs_from, signs_until) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  await env.DB.batch(
    keys.map((one) =>
      statement.bind(
        ...[one.kid, one.alg, one.publicJwk, one.sealedPrivateJwk, one.sealedBy],
        ...[one.createdAt, one.signsFrom, one.signsUntil],
      ),
    ),
  );
}

const kidsOf = (keys: readonly StoredSigningKey[]) => keys.map(({ kid }) => kid);
const storedKids = async () => kidsOf(await store.list(0));

describe("the store of the signing keys", () => {
  it("lists the keys from an instant on, the oldest first", async () => {
    await insert(key("third", 30), key("first", 10), key("second", 20));
    expect(await storedKids()).toEqual(["first", "second", "third"]);
    expect(kidsOf(await store.list(20))).toEqual(["second", "third"]);
    expect(kidsOf(await store.list(21))).toEqual(["third"]);
  });

  it("adds a first key unless there is one of these root secrets that is not too old", async () => {
    await insert(key("lost", 50, "another secret"), key("old", 19));
    expect(kidsOf(await store.addFirst([key("new", 60)], ["ours"], 20))).toEqual(["lost", "new"]);
    expect(kidsOf(await store.addFirst([key("one more", 70)], ["ours"], 20))).toEqual(["lost", "new"]);
  });

  it("adds a first key of each algorithm that has none", async () => {
    await insert(key("elliptic", 10));
    const first = [key("one more", 20), key("rsa", 30, "ours", "RS256"), key("another", 40, "ours", "RS256")];
    expect(kidsOf(await store.addFirst(first, ["ours"], 0))).toEqual(["elliptic", "rsa"]);
  });

  it("adds a successor beside the keys of another algorithm", async () => {
    const predecessor = key("predecessor", 10);
    await insert(predecessor, key("rsa", 20, "ours", "RS256"));
    await store.addNext(key("next", 30), predecessor, ["ours"]);
    expect(await storedKids()).toEqual(["predecessor", "rsa", "next"]);
  });

  it("adds no first key beside one that begins at the oldest instant", async () => {
    await insert(key("oldest", 20));
    expect(kidsOf(await store.addFirst([key("new", 60)], ["ours"], 20))).toEqual(["oldest"]);
  });

  it("adds a successor unless there is one of these root secrets", async () => {
    const predecessor = key("predecessor", 10);
    await insert(predecessor, key("beside it", 10), key("lost", 20, "another secret"));
    await store.addNext(key("next", 30), predecessor, ["ours"]);
    await store.addNext(key("one more", 40), predecessor, ["ours"]);
    expect((await storedKids()).toSorted()).toEqual(["beside it", "lost", "next", "predecessor"]);
  });

  it("reseals that key alone, and only if it is still sealed as it was read", async () => {
    await insert(key("one", 10), key("two", 20));
    await store.reseal(key("one", 10), "resealed", "new");
    await store.reseal(key("one", 10), "resealed too late", "newer");
    const sealed = (await store.list(0)).map(({ sealedPrivateJwk, sealedBy }) => [
      sealedPrivateJwk,
      sealedBy,
    ]);
    expect(sealed).toEqual([
      ["resealed", "new"],
      ["sealed ours", "ours"],
    ]);
  });

  it("removes these keys and no other", async () => {
    await insert(key("one", 10), key("two", 20), key("three", 30));
    await store.remove(["one", "three"]);
    expect(await storedKids()).toEqual(["two"]);
  });
});

it("publishes no key that is too old to have signed a valid token, and signs with a new one", async () => {
  const before = startService();
  await registerAndLogIn(before);
  before.clock.advance(KEY_MAX_AGE + 1);
  const { clock } = before;
  const after = startService({ clock });
  const { token } = await registerAndLogIn(after);
  expect((await after.get("/me", token)).status).toBe(200);
  expect(JSON.parse((await after.call("GET", "/.well-known/jwks.json")).text).keys).toHaveLength(2);
});
