import fc from 'fast-check';

const text = (...parts: string[]) => fc.constantFrom(...parts);

const bom = '\uFEFF';
const bomAsCharacters = '\u00EF\u00BB\u00BF';

const name = fc.oneof(
  { weight: 8, arbitrary: text('data', 'event', 'id', 'retry') },
  text(
    'Data',
    ' data',
    'dat',
    'datas',
    'eventt',
    'i',
    'idx',
    'retr',
    'retry ',
    '',
    'field',
    `${bom}data`,
    'data\0',
  ),
);

const digits = fc.oneof(
  text('0', '10', '007', '3000', '9007199254740993', '٣', '1e3', '-1', '+1', ' 1', '1 ', '0x10', '1.5', ''),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
);

const value = fc.oneof(
  {
    weight: 3,
    arbitrary: text('', 'a', 'b', '1', '2', ' a', '  a', 'a ', ':', 'a:b', '{"a":1}', 'zażółć', '漢字 👩‍🚀'),
  },
  text(
    '\0',
    'a\0',
    '\u0001',
    '3\u007f',
    '4\u0085',
    '5\t',
    '\u2028',
    '\v',
    '\f',
    bom,
    bomAsCharacters,
    'e\u0301',
  ),
  digits,
  fc.string({ unit: 'binary', maxLength: 6 }),
);

const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(name, text(':', ': ', ':  ', '::', ''), value).map((parts) => parts.join('')),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(text('data', 'id'), text(':', ': '), value).map((parts) => parts.join('')),
  },
  fc.tuple(text('retry:', 'retry: '), digits).map((parts) => parts.join('')),
  { weight: 5, arbitrary: fc.constant('') },
  value.map((comment) => `:${comment}`),
  name,
);

const ending = fc.oneof(
  { weight: 3, arbitrary: text('\n') },
  text('\r\n', '\r', '\n\n', '\r\r', '\n\r', '\r\n\r\n', ''),
);

const wellFormed = fc
  .tuple(
    text('', '', '', bom, bom + bom, bomAsCharacters, bom + bomAsCharacters, '\n'),
    fc.array(fc.tuple(line, ending), { maxLength: 12 }),
  )
  .map(([start, lines]) => new TextEncoder().encode(start + lines.flat().join('')));

/** Bytes that a slip in the network or in a server would put there. */
const slip = fc.oneof(
  fc.constantFrom(
    [0x0a],
    [0x0d],
    [0x0d, 0x0a],
    [0],
    [0x3a],
    [0x20],
    [0xef, 0xbb, 0xbf],
    [0xef, 0xbb],
    [0xbf],
  ),
  fc.constantFrom(
    [0xff],
    [0xc3],
    [0xe2, 0x82],
    [0xf0, 0x9f, 0x91],
    [0xed, 0xa0, 0x80],
    [0xc0, 0x80],
    [0xf8, 0x88],
  ),
  fc.array(fc.nat(255), { maxLength: 4 }),
);

const mutation = fc.record({ at: fc.nat(200), remove: fc.nat(3), insert: slip });

/** Streams by the grammar, with some bytes lost and others put in. */
export const byteStream = fc
  .tuple(
    wellFormed,
    fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(mutation, { maxLength: 4 })),
  )
  .map(([bytes, mutations]) => {
    const mutated = [...bytes];
    for (const { at, remove, insert } of mutations)
      mutated.splice(at % (mutated.length + 1), remove, ...insert);
    return Uint8Array.from(mutated);
  });

/** Where the stream is cut into chunks; a place past its end cuts nothing, the same place twice gives an empty chunk. */
export const cuts = fc.oneof(fc.array(fc.nat(120), { maxLength: 6 }), fc.constant('everywhere' as const));

export function chunksOf(bytes: Uint8Array, at: readonly number[] | 'everywhere'): Uint8Array[] {
  if (at === 'everywhere') return Array.from(bytes, (byte) => Uint8Array.of(byte));
  const places = [0, ...at.filter((place) => place <= bytes.length).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.slice(places[index], place));
}
