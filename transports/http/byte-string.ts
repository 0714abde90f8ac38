// A header value is a string of bytes; the standard sends the ID as UTF-8.

/** The UTF-8 bytes of a text, each as one character. */
export function utf8Bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** The text that these bytes encode. A byte order mark is kept. */
export function fromUtf8Bytes(bytes: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)),
  );
}

/** Encodes or decodes the text of a header. workerd does that itself, against the standard. */
export function throughHeader(text: string, code: typeof utf8Bytes): string {
  return /^Cloudflare/.test(globalThis.navigator?.userAgent) ? text : code(text);
}
