/** Turbo brings no types of its own. */
declare module '@hotwired/turbo' {
  export function connectStreamSource(source: EventTarget): void;
  export function disconnectStreamSource(source: EventTarget): void;
}
