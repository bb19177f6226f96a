import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { hostileImages } from "../../../support/hostile-images.ts";
import { tinyJpeg, tinyPng, tinyWebp } from "../../../support/image-parts.ts";
import { imagesWithTrailingBytes, photoWithGps } from "../../../support/images.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerAndLogIn, signedInAs } from "../../../support/users.ts";

const MIB = 1024 * 1024;
const service = startService();

const put = (body: BodyInit, type: string | null, token: string, path = "/me/avatar") =>
  service.send(
    new Request(`http://gatehouse.test/api/auth${path}`, {
      method: "PUT",
      headers: { Authorization: `Bearer ${token}`, ...(type === null ? {} : { "Content-Type": type }) },
      body,
    }),
  );

const imageForm = (file: Blob, name = "image") => {
  const body = new FormData();
  body.append(name, file, "picture");
  return body;
};

/** Fetches an avatar without authentication. */
async function fetchAvatar(url: string, headers: HeadersInit = {}) {
  const { response } = await service.fetchRaw(new Request(url, { headers }));
  return {
    status: response.status,
    headers: response.headers,
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}

const storedKeys = async () => (await env.AVATARS.list()).objects.map(({ key }) => key);
const latin1 = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

describe("PUT /me/avatar", () => {
  it.each([
    ["image/png", tinyPng, "png"],
    ["image/jpeg", tinyJpeg, "jpg"],
    ["image/webp", tinyWebp, "webp"],
  ])("accepts %s as the request body or as a form field", async (type, bytes, extension) => {
    const { token } = await registerAndLogIn(service);
    const uploads = [
      () => put(bytes, type, token),
      () => put(imageForm(new Blob([bytes], { type })), null, token),
    ];
    for (const upload of uploads) {
      const answer = await upload();
      expect(answer.status).toBe(200);
      const { avatarUrl } = answer.body.data;
      expect(avatarUrl).toMatch(new RegExp(`^http://gatehouse\\.test/avatars/[\\w-]{43}\\.${extension}$`));
      expect((await service.get("/me", token)).body.data.avatarUrl).toBe(avatarUrl);
      const picture = await fetchAvatar(avatarUrl);
      expect([picture.status, picture.headers.get("Content-Type")]).toEqual([200, type]);
    }
  });

  it("removes location, date and author from a photo", async () => {
    const { token } = await registerAndLogIn(service);
    const { bytes, declaredType, secrets } = photoWithGps();
    for (const secret of secrets) expect(latin1(bytes)).toContain(secret);
    const { body } = await put(bytes, declaredType, token);
    const picture = latin1((await fetchAvatar(body.data.avatarUrl)).bytes);
    for (const secret of secrets) expect(picture).not.toContain(secret);
    expect(picture.length).toBeGreaterThan(100);
  });

  it("accepts images with bytes after their end and serves them without these bytes", async () => {
    const { token } = await registerAndLogIn(service);
    for (const [name, { bytes, declaredType }, image] of imagesWithTrailingBytes) {
      const { status, body } = await put(bytes, declaredType, token);
      expect(status, name).toBe(200);
      expect((await fetchAvatar(body.data.avatarUrl)).bytes, name).toEqual(image);
    }
  });

  it("deletes the previous avatar, whose URL then answers 404", async () => {
    const { token } = await registerAndLogIn(service);
    const first = (await put(tinyPng, "image/png", token)).body.data.avatarUrl;
    const second = (await put(tinyJpeg, "image/jpeg", token)).body.data.avatarUrl;
    expect((await fetchAvatar(first)).status).toBe(404);
    expect((await fetchAvatar(second)).status).toBe(200);
  });

  it("lets an admin set and remove the avatar of a user", async () => {
    const admin = await signedInAs(service, "admin");
    const { email, token } = await registerAndLogIn(service);
    const path = `/users/${await accountIdOf(email)}/avatar`;
    expect((await put(tinyPng, "image/png", admin.token, path)).status).toBe(200);
    const { avatarUrl } = (await service.get("/me", token)).body.data;
    expect((await fetchAvatar(avatarUrl)).status).toBe(200);
    expect((await service.call("DELETE", `/api/auth${path}`, undefined, admin.token)).status).toBe(200);
    expect((await service.get("/me", token)).body.data.avatarUrl).toBeNull();
    expect((await fetchAvatar(avatarUrl)).status).toBe(404);
  });
});

describe("GET /avatars/:key", () => {
  it("serves an avatar as immutable, with its media type and a CSP sandbox", async () => {
    const { token } = await registerAndLogIn(service);
    const { avatarUrl } = (await put(tinyPng, "image/png", token)).body.data;
    const { headers } = await fetchAvatar(avatarUrl);
    expect(headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; sandbox");
    const again = await fetchAvatar(avatarUrl, { "If-None-Match": headers.get("ETag") ?? "" });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  it.each([
    "/avatars/",
    "/avatars/x.png",
    `/avatars/${"A".repeat(43)}.png`,
    `/avatars/${"A".repeat(43)}.svg`,
  ])("answers 404 for %s", async (path) => {
    expect((await fetchAvatar(`http://gatehouse.test${path}`)).status).toBe(404);
  });

  it("answers 404 for an object without a media type", async () => {
    const key = `${"B".repeat(43)}.png`;
    await env.AVATARS.put(key, tinyPng);
    expect((await fetchAvatar(`http://gatehouse.test/avatars/${key}`)).status).toBe(404);
    await env.AVATARS.delete(key);
  });
});

describe("refused uploads", () => {
  const codes: Record<string, readonly [number, string]> = {
    unknown_format: [415, "unsupported_media_type"],
    type_mismatch: [415, "unsupported_media_type"],
    damaged: [400, "validation_failed"],
    dimensions_too_large: [400, "validation_failed"],
    animated: [400, "validation_failed"],
  };

  it.each(Object.entries(hostileImages))("refuses %s and stores nothing", async (_name, image) => {
    const { token } = await registerAndLogIn(service);
    const before = await storedKeys();
    const [status, code] = codes[image.problem] ?? [0, ""];
    expectErrorResponse(await put(image.bytes, image.declaredType, token), status, code);
    const file = new Blob([image.bytes], { type: image.declaredType });
    expectErrorResponse(await put(imageForm(file), null, token), status, code);
    expect(await storedKeys()).toEqual(before);
    expect((await service.get("/me", token)).body.data.avatarUrl).toBeNull();
  });

  it("refuses 3 MB as the request body and as a form field", async () => {
    const { token } = await registerAndLogIn(service);
    const big = new Uint8Array(3_000_000);
    big.set(tinyPng);
    for (const answer of [
      await put(big, "image/png", token),
      await put(imageForm(new Blob([big], { type: "image/png" })), null, token),
    ]) {
      expectErrorResponse(answer, 413, "payload_too_large");
    }
  });

  it("refuses 4 MB without Content-Length and stops reading at the limit", async () => {
    const { token } = await registerAndLogIn(service);
    for (const type of ["image/png", "multipart/form-data; boundary=x"]) {
      let sent = 0;
      const stream = new ReadableStream({
        pull(controller) {
          sent += 64 * 1024;
          controller.enqueue(new Uint8Array(64 * 1024));
          if (sent >= 4_000_000) controller.close();
        },
      });
      expectErrorResponse(await put(stream, type, token), 413, "payload_too_large");
      expect(sent).toBeLessThan(2 * MIB + 4 * 64 * 1024);
    }
  });

  it("refuses a form without the field, with the field twice or with text in it", async () => {
    const { token } = await registerAndLogIn(service);
    const twice = imageForm(new Blob([tinyPng], { type: "image/png" }));
    twice.append("image", new Blob([tinyPng], { type: "image/png" }), "other");
    const text = new FormData();
    text.append("image", "not a file");
    for (const body of [imageForm(new Blob([tinyPng]), "photo"), twice, text]) {
      const answer = await put(body, null, token);
      expectErrorResponse(answer, 400, "validation_failed");
      expect(answer.body.error?.fields?.[0]?.path).toBe("image");
    }
    expectErrorResponse(await put("--x", "multipart/form-data; boundary=x", token), 400, "validation_failed");
    expectErrorResponse(await put("{}", "application/json", token), 415, "unsupported_media_type");
  });
});

describe("avatar objects in R2", () => {
  it("leaves one object after 30 parallel uploads", async () => {
    const { token } = await registerAndLogIn(service);
    const before = new Set(await storedKeys());
    const answers = await inParallel(30, () => put(tinyPng, "image/png", token));
    expect(statusCounts(answers)).toEqual({ 200: 30 });
    const { avatarUrl } = (await service.get("/me", token)).body.data;
    const added = (await storedKeys()).filter((key) => !before.has(key));
    expect(added.map((key) => `http://gatehouse.test/avatars/${key}`)).toEqual([avatarUrl]);
  });

  it("deletes the object of an interrupted upload by the cron job and keeps the avatar", async () => {
    const { token } = await registerAndLogIn(service);
    const kept = (await put(tinyPng, "image/png", token)).body.data.avatarUrl;
    // The Worker stopped after it stored the object and before it changed the account.
    const orphan = `${"B".repeat(43)}.png`;
    await env.AVATARS.put(orphan, tinyPng);
    await env.DB.prepare("INSERT INTO discarded_avatars (key, due_at) VALUES (?, ?)")
      .bind(orphan, service.clock.now() + 1000)
      .run();
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toContain(orphan);
    service.clock.advance(1000);
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).not.toContain(orphan);
    expect((await fetchAvatar(kept)).status).toBe(200);
  });

  it("answers 503 while R2 is down, keeps the avatar and deletes a removed one later", async () => {
    const { token } = await registerAndLogIn(service);
    const kept = (await put(tinyPng, "image/png", token)).body.data.avatarUrl;
    const down = () => Promise.reject(new Error("R2 is down"));
    const withoutR2 = startService({
      env: { AVATARS: { put: down, get: down, delete: down } },
      clock: service.clock,
    });
    const answer = await withoutR2.call("PUT", "/api/auth/me/avatar", tinyPng, token, {
      "Content-Type": "image/png",
    });
    expectErrorResponse(answer, 503, "unavailable");
    expect((await withoutR2.call("GET", new URL(kept).pathname)).status).toBe(503);
    expect((await service.get("/me", token)).body.data.avatarUrl).toBe(kept);
    // Removal works while R2 is down; the cron job deletes the object later.
    expect((await withoutR2.call("DELETE", "/api/auth/me/avatar", undefined, token)).status).toBe(200);
    expect((await service.get("/me", token)).body.data.avatarUrl).toBeNull();
    await service.runCron(EVERY_HOUR);
    expect((await fetchAvatar(kept)).status).toBe(404);
  });
});
