// The used part of the module, which the types of the Workers runtime do not declare.
// https://developers.cloudflare.com/workers/runtime-apis/nodejs/asynclocalstorage/
declare module "node:async_hooks" {
  export class AsyncLocalStorage<Store> {
    run<Result>(store: Store, work: () => Result): Result;
    getStore(): Store | undefined;
  }
}
