/// <reference lib="esnext.disposable" preserve="true" />

// Safari has no such symbols. What compiles `using` for it looks for these, which are registered by name.

/** `Symbol.dispose`, or its stand-in. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? /* @__PURE__ */ Symbol.for('Symbol.dispose');

/** `Symbol.asyncDispose`, or its stand-in. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? /* @__PURE__ */ Symbol.for('Symbol.asyncDispose');
