import { Unavailable } from "../../core/unavailable.ts";

/** A stored avatar. */
type AvatarObject = {
  readonly type: string;
  readonly etag: string;
  readonly body: ReadableStream;
};

export type AvatarObjectStore = ReturnType<typeof avatarObjectStore>;

/** Objects of the bucket AVATARS under generated keys. The media type is stored with the object, never guessed. */
export function avatarObjectStore(bucket: R2Bucket) {
  return {
    async put(key: string, bytes: Uint8Array, type: string): Promise<void> {
      await withUnavailable(() => bucket.put(key, bytes, { httpMetadata: { contentType: type } }));
    },

    async get(key: string): Promise<AvatarObject | null> {
      const object = await withUnavailable(() => bucket.get(key));
      const type = object?.httpMetadata?.contentType;
      return object && type ? { type, etag: object.httpEtag, body: object.body } : null;
    },

    async delete(keys: readonly string[]): Promise<void> {
      await withUnavailable(() => bucket.delete([...keys]));
    },
  };
}

async function withUnavailable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new Unavailable("r2", cause);
  }
}
