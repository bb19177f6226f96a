export type DeferredWork = () => Promise<unknown>;

/** Starts work after the response, and keeps the Worker alive until it ends. */
export type Defer = (work: DeferredWork) => void;
