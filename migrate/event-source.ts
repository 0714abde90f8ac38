import { type NewExpression, Node, SyntaxKind } from 'ts-morph';
import { type Edit, edited, replace } from './edits.ts';
import { expressionOf, Obstacle, toMessage } from './handlers.ts';
import type { Rewritten, Site } from './sites.ts';

const messageNames = { data: 'data', lastEventId: 'id', type: 'event' };

const closing = 'it still closes at the first failure: without that it comes back by itself';

/**
 * Rewrites `new EventSource(…)` and all uses of its variable.
 *
 * @throws Obstacle when a use has no equivalent in a connection. Then the class may still be replaced.
 */
export function rewriteEventSource(made: NewExpression, { isTyped }: Site): Rewritten {
  const declaration = made.getParent();
  if (!Node.isVariableDeclaration(declaration) || !Node.isIdentifier(declaration.getNameNode())) {
    throw new Obstacle('it is not kept in a variable of its own');
  }
  if (declaration.getTypeNode())
    throw new Obstacle(`\`${declaration.getName()}\` has the type of an EventSource`);
  if (declaration.isExported())
    throw new Obstacle(`\`${declaration.getName()}\` is exported, and others use it`);
  const [url, init] = made.getArguments();
  if (!url) throw new Obstacle('it has no URL');

  // From the last to the first, because a handler may contain another use, which is rewritten with it.
  let edits: Edit[] = [];
  for (const reference of declaration.findReferencesAsNodes().reverse()) {
    if (reference === declaration.getNameNode()) continue;
    const use = rewriteUse(reference, edits);
    edits = [
      ...edits.filter((edit) => !use.some((whole) => edit.start >= whole.start && edit.end <= whole.end)),
      ...use,
    ];
  }
  const isClosedByItself = edits.some(({ text }) => /\.on\('failure'[\s\S]*\.close\(\)/.test(text));
  const type = isTyped ? '<Record<string, string>>' : '';
  const options = ["parse: 'text'", 'maxRetries: Infinity', ...optionsOf(init)].join(', ');
  return {
    edits: [...edits, replace(made, `createConnection${type}(${url.getText()}, { ${options} })`)],
    notes: isClosedByItself ? [closing] : [],
    imports: ['createConnection'],
  };
}

function optionsOf(init: Node | undefined): string[] {
  if (!init) return [];
  if (!Node.isObjectLiteralExpression(init)) throw new Obstacle('its options are written elsewhere');
  return init.getProperties().map((property) => {
    const isKnown = Node.isPropertyAssignment(property) && property.getName() === 'withCredentials';
    if (!isKnown) throw new Obstacle(`it has the option \`${property.getText()}\``);
    return property.getText();
  });
}

/** Rewrites one use of the variable. */
function rewriteUse(reference: Node, inside: readonly Edit[]): Edit[] {
  const access = reference.getParent();
  if (!Node.isPropertyAccessExpression(access) || access.getExpression() !== reference) {
    throw new Obstacle(`\`${reference.getText()}\` is handed on`);
  }
  const name = access.getName();
  const user = access.getParent();
  const isStatement = Node.isExpressionStatement(user?.getParent());
  if (name === 'close' && Node.isCallExpression(user)) return [];
  if (/^on(message|open|error)$/.test(name) && isStatement && Node.isBinaryExpression(user)) {
    if (user.getOperatorToken().getKind() !== SyntaxKind.EqualsToken)
      throw new Obstacle(`\`${user.getText()}\``);
    return listen(user, reference, name.slice(2), user.getRight(), inside);
  }
  if (name === 'addEventListener' && isStatement && Node.isCallExpression(user)) {
    const [event, handler, more] = user.getArguments();
    if (!Node.isStringLiteral(event) || !handler || more)
      throw new Obstacle(`\`${user.getText().slice(0, 60)}\``);
    return listen(user, reference, event.getLiteralText(), handler, inside);
  }
  throw new Obstacle(`\`${access.getText()}\` is used`);
}

function listen(whole: Node, reference: Node, event: string, handler: Node, inside: readonly Edit[]): Edit[] {
  const isMessage = event !== 'open' && event !== 'error';
  const edits = [...inside, ...toMessage(handler, isMessage ? messageNames : {})];
  const on = isMessage ? `on('${event}'` : `actor.on('${event === 'open' ? 'opened' : 'failure'}'`;
  return [replace(whole, `${reference.getText()}.${on}, ${expressionOf(handler, edits)})`)];
}

/** Replaces the browser's class by one of this package. Everything else in the file stays as it is. */
export function replaceClass(made: NewExpression): Rewritten {
  const callee = made.getExpression();
  if (!Node.isIdentifier(callee)) throw new Obstacle(`the class is \`${edited(callee, [])}\``);
  return {
    edits: [],
    notes: [],
    imports: [],
    declares: `const ${callee.getText()} = createEventSource({ maxRetries: Infinity });`,
  };
}
