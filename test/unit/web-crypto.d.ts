// Node has this class as a global, and its types have only the value; the source names the type.
type CryptoKey = import("node:crypto").webcrypto.CryptoKey;
