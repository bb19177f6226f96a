/**
 * Whether routes say what they are for: nobody asks them in production, where the document is read from an asset
 * (docs/decisions/015). A module of its own, since the bundler carries a constant into others only where nothing stands
 * before it.
 */
export const isDescribed = process.env.NODE_ENV !== "production";
