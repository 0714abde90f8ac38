/// <reference lib="esnext.disposable" preserve="true" />

// Safari lacks these symbols. Compilers of `using` fall back to symbols that are registered under these names.

/** `Symbol.dispose`, or its replacement. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? /* @__PURE__ */ Symbol.for('Symbol.dispose');

/** `Symbol.asyncDispose`, or its replacement. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? /* @__PURE__ */ Symbol.for('Symbol.asyncDispose');
