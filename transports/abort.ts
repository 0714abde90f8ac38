// React Native and old polyfills have signals with neither `throwIfAborted` nor a `reason`.

/** @throws the reason of the signal, if it has aborted. */
export function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (signal?.aborted) throw abortReason(signal);
}

/** Why a signal has aborted. */
export function abortReason({ reason }: AbortSignal): unknown {
  return reason ?? new Error('Aborted.');
}
