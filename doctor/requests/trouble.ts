/** The reason, as a sentence, why a request got no answer, or no complete one. */
export function troubleOf(error: unknown, url: URL): string {
  const { code = '', message = '' } = Object(error) as { readonly code?: string; readonly message?: string };
  // When several addresses were tried, the error of the first one says enough.
  const [first] = error instanceof AggregateError ? error.errors : [];
  if (first !== undefined) return troubleOf(first, url);
  const known = sentences.find(([pattern]) => pattern.test(code) || pattern.test(message));
  const where = url.host;
  if (known) return known[1].replace('{where}', where).replace('{code}', code);
  return `The connection to ${where} failed${code ? ` (${code})` : ''}.`;
}

const sentences: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'Nothing listens at {where}.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'The name of {where} leads to no address ({code}).'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, '{where} cannot be reached ({code}).'],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_\w+)$/,
    'The certificate of {where} is not trusted ({code}), and browsers refuse it. `--insecure` examines the server anyway.',
  ],
  [
    /wrong version number|packet length too long|^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/i,
    '{where} does not speak TLS. Should the URL begin with http:?',
  ],
  [/^(ERR_SSL_\w+|EPROTO)$/, 'The TLS handshake with {where} failed ({code}).'],
  [/^HPE_HEADER_OVERFLOW$/, 'The headers of the answer are larger than 16 kB.'],
  [/^HPE_/, 'The answer is not valid HTTP ({code}).'],
  [/^ERR_HTTP2_STREAM_ERROR$/, 'The server reset the stream.'],
  [/^ERR_HTTP2_SESSION_ERROR$/, 'The server closed the connection with an error.'],
  [/^ERR_HTTP2_/, 'The answer is not valid HTTP/2 ({code}).'],
  [/socket hang up/, 'The server closed the connection without an answer.'],
  [/^aborted$/, 'The connection was cut in the middle of the answer.'],
  [/^(ECONNRESET|EPIPE)$/, 'The connection was reset.'],
];
