import { Unavailable } from "../../core/unavailable.ts";

/** A picture as it is served. */
export type AvatarObject = {
  readonly type: string;
  readonly etag: string;
  readonly body: ReadableStream;
};

/** Objects of the bucket AVATARS, by generated keys. Their type is kept beside them, and never guessed. */
export function avatarObjectStore(bucket: R2Bucket) {
  return {
    async put(key: string, bytes: Uint8Array, type: string): Promise<void> {
      await reaching(() => bucket.put(key, bytes, { httpMetadata: { contentType: type } }));
    },

    async get(key: string): Promise<AvatarObject | null> {
      const object = await reaching(() => bucket.get(key));
      const type = object?.httpMetadata?.contentType;
      return object && type ? { type, etag: object.httpEtag, body: object.body } : null;
    },

    async delete(keys: readonly string[]): Promise<void> {
      await reaching(() => bucket.delete([...keys]));
    },
  };
}

async function reaching<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new Unavailable("r2", cause);
  }
}
