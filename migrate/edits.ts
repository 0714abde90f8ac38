import type { Node } from 'ts-morph';

/** A range of a file, and the text that replaces it. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Replaces a node. */
export function replace(node: Node, text: string): Edit {
  return { start: node.getStart(), end: node.getEnd(), text };
}

/** The text of a node with the edits inside it applied. */
export function edited(node: Node, edits: readonly Edit[]): string {
  const [start, end] = [node.getStart(), node.getEnd()];
  const inside = edits.filter((edit) => edit.start >= start && edit.end <= end);
  const text = node.getSourceFile().getFullText().slice(start, end);
  return applyEdits(
    text,
    inside.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start })),
  );
}

/** @param edits They must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((one, other) => other.start - one.start)
    .reduce((changed, { start, end, text: by }) => changed.slice(0, start) + by + changed.slice(end), text);
}

/** The white space that the line of a node begins with. */
export function indentOf(node: Node): string {
  const text = node.getSourceFile().getFullText();
  const line = text.slice(text.lastIndexOf('\n', node.getStart() - 1) + 1, node.getStart());
  return /^\s*/.exec(line)?.[0] ?? '';
}

/** Removes an indentation from all lines but the first, where they have it. */
export function dedented(text: string, by: string): string {
  // The lines of a template literal are data.
  if (by === '' || text.includes('`')) return text;
  return text.replaceAll(`\n${by}`, '\n');
}
