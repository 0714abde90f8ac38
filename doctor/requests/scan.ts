/** Facts about the text of a stream that a parser does not tell. */
export interface Script {
  /** The number of lines, by their line break. */
  readonly ends: { readonly crlf: number; readonly lf: number; readonly cr: number };
  /** Blocks with a field other than `data`, `id` and `retry`, but no data: never delivered. */
  readonly silentBlocks: number;
  /** Lines that no client understands. */
  readonly unknownLines: number;
  /** The field name of the first of these, if it is a plain word. */
  readonly unknownField: string | undefined;
  /** How many lines are ignored because of a byte order mark: any but the first of the stream. */
  readonly strayMarks: number;
  readonly beginsWithMark: boolean;
  /** Lines with data since the last blank line. */
  readonly openDataLines: number;
  /** Blocks that a blank line has ended. */
  readonly blocks: number;
  /** Whether the text stops in the middle of a line. */
  readonly isInsideLine: boolean;
}

/** Reads a stream line by line. */
export interface Scanner {
  readonly script: Script;
  feed(text: string): void;
  /** The text has ended: its last character may have been the end of a line. */
  end(): void;
}

export function createScanner(): Scanner {
  const ends = { crlf: 0, lf: 0, cr: 0 };
  const script = {
    ends,
    silentBlocks: 0,
    unknownLines: 0,
    unknownField: undefined as string | undefined,
    strayMarks: 0,
    beginsWithMark: false,
    openDataLines: 0,
    blocks: 0,
    isInsideLine: false,
  };
  let line = '';
  let isHalfEnded = false;
  let isFirstLine = true;
  let hasName = false;
  let hasData = false;
  let isEmpty = true;

  function endBlock(): void {
    if (isEmpty) return;
    script.blocks += 1;
    if (hasName && !hasData) script.silentBlocks += 1;
    script.openDataLines = 0;
    hasName = false;
    hasData = false;
    isEmpty = true;
  }

  function take(line: string): void {
    const begins = line.startsWith(mark);
    if (begins && isFirstLine) script.beginsWithMark = true;
    else if (begins) script.strayMarks += 1;
    const text = begins && isFirstLine ? line.slice(1) : line;
    isFirstLine = false;
    if (text === '') endBlock();
    if (text === '' || text.startsWith(':')) return;
    isEmpty = false;
    const [field = ''] = text.split(':', 1);
    if (field === 'data') {
      hasData = true;
      script.openDataLines += 1;
    } else if (field === 'event') hasName = true;
    else if (!begins && field !== 'id' && field !== 'retry') {
      script.unknownLines += 1;
      if (/^\s?[A-Za-z][\w-]{0,15}$/.test(field)) script.unknownField ??= field;
    }
  }

  function add(text: string): void {
    line = (line + text.slice(0, longest)).slice(0, longest);
  }

  function endLine(end: keyof typeof ends): void {
    ends[end] += 1;
    take(line);
    line = '';
    isHalfEnded = false;
  }

  return {
    script,
    feed(text) {
      let start = 0;
      if (isHalfEnded && text !== '') {
        start = text.startsWith('\n') ? 1 : 0;
        endLine(start === 1 ? 'crlf' : 'cr');
      }
      for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) {
        if (index < start) continue;
        add(text.slice(start, index));
        start = index + end.length;
        // The `\n` of this line break may be in the next chunk.
        isHalfEnded = end === '\r' && start === text.length;
        if (!isHalfEnded) endLine(end === '\r\n' ? 'crlf' : end === '\n' ? 'lf' : 'cr');
      }
      add(text.slice(start));
      script.isInsideLine = line !== '' && !isHalfEnded;
    },
    end() {
      if (isHalfEnded) endLine('cr');
    },
  };
}

/** The longest part of a line that is kept, in characters: enough to tell its field. */
const longest = 64;

const mark = '\ufeff';
