import { type ImportDeclaration, Node, Project, type SourceFile, SyntaxKind } from 'ts-morph';
import { applyEdits, type Edit } from './edits.ts';
import { replaceClass, rewriteEventSource } from './event-source.ts';
import { rewriteFetchEventSource } from './fetch-event-source.ts';
import { Obstacle } from './handlers.ts';
import type { Remark, Rewritten, Site } from './sites.ts';

/** A file after the migration. */
export interface Migrated {
  readonly text: string;
  readonly remarks: readonly Remark[];
}

/** The packages that export `fetchEventSource`. */
const fetchPackages = ['@microsoft/fetch-event-source', '@fortaine/fetch-event-source'];

/** The packages whose class is replaced by that of this package. */
const classPackages = [
  'eventsource',
  'reconnecting-eventsource',
  'event-source-polyfill',
  'extended-eventsource',
];

/**
 * Rewrites the uses of `fetchEventSource` and `EventSource` in a file.
 *
 * @param name The name of the file; its extension tells the language.
 */
export function migrate(name: string, text: string): Migrated {
  const file = parsed(name, text);
  const site: Site = { isTyped: /\.[cm]?tsx?$/.test(name), nameFor: (wanted) => unused(file, wanted) };
  const remarks: Remark[] = [];
  const done: Rewritten[] = [];

  /** Tries the ways in order until one succeeds. */
  function attempt(
    node: Node,
    ...ways: (readonly [kind: 'rewritten' | 'replaced', way: () => Rewritten])[]
  ): void {
    const line = node.getStartLineNumber();
    const reasons: string[] = [];
    for (const [kind, way] of ways) {
      try {
        const rewritten = way();
        const before = done.flatMap((one) => one.edits);
        if (rewritten.edits.some((edit) => before.some((other) => overlap(edit, other)))) {
          throw new Obstacle('it stands inside of another one that is rewritten: run the command again');
        }
        done.push(rewritten);
        const words = kind === 'rewritten' ? rewritten.notes : reasons;
        remarks.push({ line, kind, words: words.join('; ') });
        return;
      } catch (reason) {
        if (!(reason instanceof Obstacle)) throw reason;
        reasons.push(reason.message);
      }
    }
    remarks.push({ line, kind: 'left', words: reasons.at(-1) ?? '' });
  }

  const isModule = file.getImportDeclarations().length > 0 || file.getExportSymbols().length > 0;
  const fetched = new Set(namesFrom(file, fetchPackages, 'fetchEventSource'));
  for (const call of file.getDescendantsOfKind(SyntaxKind.CallExpression)) {
    const callee = call.getExpression();
    if (Node.isIdentifier(callee) && fetched.has(callee.getText())) {
      attempt(call, ['rewritten', () => rewriteFetchEventSource(call, site)]);
    }
    const [required] = call.getArguments();
    if (callee.getText() === 'require' && Node.isStringLiteral(required)) {
      if (![...fetchPackages, ...classPackages].includes(required.getLiteralText())) continue;
      remarks.push({
        line: call.getStartLineNumber(),
        kind: 'left',
        words: 'it is loaded by `require`: make the file a module first, as sse-machine is one',
      });
    }
  }

  const classes = new Set(['EventSource', ...classNames(file)]);
  for (const made of file.getDescendantsOfKind(SyntaxKind.NewExpression)) {
    const callee = made.getExpression();
    if (!classes.has(callee.getText().replace(/^(window|globalThis|self)\./, ''))) continue;
    if (isDeclaredHere(callee)) continue;
    const needModule = (): void => {
      if (!isModule) throw new Obstacle('the file is no module, and can import nothing');
    };
    attempt(
      made,
      [
        'rewritten',
        () => {
          needModule();
          if (!Node.isIdentifier(callee)) throw new Obstacle(`the class is \`${callee.getText()}\``);
          return rewriteEventSource(made, site);
        },
      ],
      [
        'replaced',
        () => {
          needModule();
          return replaceClass(made);
        },
      ],
    );
  }

  const declares = [...new Set(done.flatMap((one) => one.declares ?? []))];
  const edits = done.flatMap((one) => one.edits);
  const names = [...new Set(done.flatMap((one) => one.imports))];
  const rewrittenText = applyEdits(file.getFullText(), edits);
  return {
    text: done.length === 0 ? text : withImports(name, rewrittenText, names, declares),
    remarks: remarks.sort((one, other) => one.line - other.line),
  };
}

/** Whether the file declares the class itself. */
function isDeclaredHere(callee: Node): boolean {
  const [definition] = Node.isIdentifier(callee) ? callee.getDefinitionNodes() : [];
  if (definition === undefined || definition.getSourceFile() !== callee.getSourceFile()) return false;
  return !Node.isImportSpecifier(definition) && !Node.isImportClause(definition);
}

function overlap(one: Edit, other: Edit): boolean {
  return one.start < other.end && other.start < one.end;
}

/** Adds the imports that are needed, and removes those that nothing uses any more. */
function withImports(
  name: string,
  text: string,
  names: readonly string[],
  declares: readonly string[],
): string {
  const file = parsed(name, text);
  const edits: Edit[] = [];
  const old = file
    .getImportDeclarations()
    .filter((one) => [...fetchPackages, ...classPackages].includes(one.getModuleSpecifierValue()));
  for (const declaration of old) {
    const isReplaced = classPackages.includes(declaration.getModuleSpecifierValue()) && declares.length > 0;
    const names = importedNames(declaration);
    const used = isReplaced ? [] : names.filter((local) => isMentioned(file, local, declaration));
    if (used.length === names.length) continue;
    const [start, end] = [declaration.getStart(), declaration.getEnd()];
    if (used.length === 0) edits.push({ start, end: text[end] === '\n' ? end + 1 : end, text: '' });
    else edits.push(...withoutUnused(declaration, used));
  }
  const added = [
    ...(names.length > 0 ? [importOf(names.join(', '), 'sse-machine')] : []),
    ...(declares.length > 0 ? [importOf('createEventSource', 'sse-machine/event-source')] : []),
  ].join('');
  const [first] = file.getStatements().filter((one) => !isDirective(one));
  edits.push({ start: first?.getStart() ?? 0, end: first?.getStart() ?? 0, text: added });
  return withStatements(name, applyInOrder(text, edits), declares);
}

/** Inserts statements below the imports, with an empty line before and after. */
function withStatements(name: string, text: string, statements: readonly string[]): string {
  const end = parsed(name, text).getImportDeclarations().at(-1)?.getEnd() ?? 0;
  const rest = text.slice(end).replace(/^\n+/, '');
  return [text.slice(0, end), ...statements, rest].join('\n\n');
}

/** `'use client'` has to come before all imports. */
function isDirective(statement: Node): boolean {
  return Node.isExpressionStatement(statement) && Node.isStringLiteral(statement.getExpression());
}

function parsed(name: string, text: string): SourceFile {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true, // saves half a second a file; only names of the file itself are looked up
    compilerOptions: { allowJs: true, noLib: true },
  });
  return project.createSourceFile(name, text);
}

function importOf(names: string, from: string): string {
  return `import { ${names} } from '${from}';\n`;
}

/** Removes the unused names from an import. */
function withoutUnused(declaration: ImportDeclaration, used: readonly string[]): Edit[] {
  const specifiers = declaration.getNamedImports();
  const kept = specifiers.filter((one) => used.includes(one.getAliasNode()?.getText() ?? one.getName()));
  const [first, last] = [specifiers[0], specifiers.at(-1)];
  if (!first || !last || kept.length === 0) return [];
  const text = kept.map((one) => one.getText()).join(', ');
  return [{ start: first.getStart(), end: last.getEnd(), text }];
}

/** Of edits with the same start, the insertion comes first. */
function applyInOrder(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((one, other) => one.start - other.start || one.end - other.end);
  let [result, at] = ['', 0];
  for (const { start, end, text: by } of sorted) {
    result += text.slice(at, Math.max(at, start)) + by;
    at = Math.max(at, end);
  }
  return result + text.slice(at);
}

function namesFrom(file: SourceFile, packages: readonly string[], wanted: string): string[] {
  return file
    .getImportDeclarations()
    .filter((one) => packages.includes(one.getModuleSpecifierValue()))
    .flatMap((one) => one.getNamedImports())
    .filter((one) => one.getName() === wanted)
    .map((one) => one.getAliasNode()?.getText() ?? one.getName());
}

/** The names under which a file imports the class of another package. */
function classNames(file: SourceFile): string[] {
  return file
    .getImportDeclarations()
    .filter((one) => classPackages.includes(one.getModuleSpecifierValue()) && !one.isTypeOnly())
    .flatMap(importedNames);
}

function importedNames(declaration: ImportDeclaration): string[] {
  const named = declaration.getNamedImports().map((one) => one.getAliasNode()?.getText() ?? one.getName());
  const whole = declaration.getDefaultImport() ?? declaration.getNamespaceImport();
  return whole ? [whole.getText(), ...named] : named;
}

function isMentioned(file: SourceFile, name: string, except: Node): boolean {
  return file
    .getDescendantsOfKind(SyntaxKind.Identifier)
    .some((one) => one.getText() === name && !one.getAncestors().includes(except));
}

const given = new WeakMap<SourceFile, Set<string>>();

function unused(file: SourceFile, wanted: string): string {
  const taken =
    given.get(file) ?? new Set(file.getDescendantsOfKind(SyntaxKind.Identifier).map((one) => one.getText()));
  given.set(file, taken);
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}${number}`;
  taken.add(name);
  return name;
}
