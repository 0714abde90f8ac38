import { type CallExpression, Node, type ObjectLiteralElementLike, SyntaxKind } from 'ts-morph';
import { dedented, type Edit, edited, indentOf, replace } from './edits.ts';
import { expressionOf, functionIn, Obstacle, throwsOf, toMessage } from './handlers.ts';
import type { Rewritten, Site } from './sites.ts';

/** The options that `createConnection` has under the same name, with the same meaning. */
const same = ['method', 'headers', 'body', 'credentials', 'signal', 'fetch'];

const messageNames = { data: 'data', id: 'id', event: 'event' };

/**
 * Rewrites a call of `fetchEventSource`.
 *
 * @throws Obstacle when it cannot be rewritten without changing its behaviour.
 */
export function rewriteFetchEventSource(call: CallExpression, { isTyped, nameFor }: Site): Rewritten {
  const { statement, waits } = placeOf(call);
  const [url, options] = call.getArguments();
  if (!url) throw new Obstacle('it has no URL');
  const properties = new Map(propertiesOf(options).map((property) => [nameOf(property), property]));
  const indent = indentOf(statement);
  const edits: Edit[] = [];
  const kept: string[] = [];
  const calls: string[] = [];
  const notes: string[] = [];
  let reopens = false;
  const name = nameFor('connection');
  const listen = (what: string, handler: Node) => {
    const outer = indentOf(handler).slice(indent.length);
    calls.push(
      `${commentsOf(handler, indent)}${name}.${what}, ${dedented(expressionOf(handler, edits), outer)});`,
    );
  };

  for (const [key, property] of properties) {
    if (same.includes(key)) {
      kept.push(
        `${commentsOf(property, `${indent}  `)}${dedented(edited(property, []), extra(property, indent))},`,
      );
    } else if (key === 'openWhenHidden') {
      const value = Node.isPropertyAssignment(property) ? property.getInitializerOrThrow().getText() : key;
      if (value === 'false') kept.push('pauseWhenHidden: true,');
      else if (value !== 'true') kept.push(`pauseWhenHidden: !(${value}),`);
    } else if (key === 'onopen') {
      edits.push(...(functionIn(property)?.getParameters() ?? []).flatMap(untypedResponse));
      const handler = dedented(expressionOf(property, edits), extra(property, indent));
      kept.push(`${commentsOf(property, `${indent}  `)}onResponse: ${handler},`);
      if (throwsOf(property).length > 0) {
        notes.push(
          'what `onResponse` throws is reported, and no longer ends the connection: the status and the content type decide by themselves (`policy`)',
        );
      }
    } else if (key === 'onmessage') {
      if (throwsOf(property).length > 0)
        throw new Obstacle('`onmessage` throws to end the stream: use `closeOn`');
      if (functionIn(property)) edits.push(...toMessage(property, messageNames), ...unnamed(property));
      listen("on('*'", property);
    } else if (key === 'onclose') {
      if (throwsOf(property).length > 0) reopens = true;
      else {
        listen("actor.on('closed'", property);
        notes.push('`closed` is announced when the signal aborts, too');
      }
    } else if (key === 'onerror') {
      edits.push(...toFailure(property));
      if (throwsOf(property).length > 0) kept.push('maxRetries: 0,');
      listen("actor.on('failure'", property);
    } else {
      throw new Obstacle(
        `the option \`${key}\` has none that corresponds to it; a \`fetch\` of your own can set it`,
      );
    }
  }

  // In `fetchEventSource`, the end of a stream is final, unless `onclose` throws.
  if (!reopens) kept.push("policy: { ended: 'stop' },");
  kept.push("parse: 'text',");
  if (!properties.has('openWhenHidden')) {
    notes.push(
      'the stream stays open while the page is hidden; `pauseWhenHidden: true` drops it then, as before',
    );
  }
  const method = properties.get('method')?.getText();
  if (method && !/['"](GET|HEAD)['"]/i.test(method)) {
    notes.push('an unsafe request such as a POST is sent once; `resume` carries its stream on after a break');
  }
  const type = isTyped ? '<Record<string, string>>' : '';
  const lines = [
    `const ${name} = createConnection${type}(${url.getText()}, {`,
    ...kept.map((line) => `  ${line}`),
    '});',
    ...calls,
    ...(waits
      ? [`for await (const _ of ${name}) {} // until the stream has ended; throws if it has failed`]
      : []),
  ];
  return { edits: [replace(statement, lines.join(`\n${indent}`))], notes, imports: ['createConnection'] };
}

/** The statement of a call, and whether it waits for the end of the stream. */
function placeOf(call: CallExpression) {
  const parent = call.getParentOrThrow();
  const waits = Node.isAwaitExpression(parent);
  const whole = waits || Node.isVoidExpression(parent) ? parent : call;
  const statement = whole.getParentOrThrow();
  if (Node.isReturnStatement(statement) || !Node.isExpressionStatement(statement)) {
    throw new Obstacle(
      'its promise is used; a connection has none, so read it with `for await`, or subscribe to it',
    );
  }
  if (!Node.isBlock(statement.getParent()) && !Node.isSourceFile(statement.getParent())) {
    throw new Obstacle('it stands where only one statement may stand: put it into a block');
  }
  return { statement, waits };
}

function propertiesOf(options: Node | undefined): ObjectLiteralElementLike[] {
  if (!options) return [];
  if (!Node.isObjectLiteralExpression(options)) {
    throw new Obstacle(`its options are not written here but in \`${shortened(options.getText())}\``);
  }
  return options.getProperties();
}

function nameOf(property: ObjectLiteralElementLike): string {
  if (Node.isSpreadAssignment(property)) {
    throw new Obstacle(
      `its options have a part that is written elsewhere, \`${shortened(property.getText())}\``,
    );
  }
  return property.getName().replaceAll(/['"]/g, '');
}

/** In a connection, the name of an event without a name is `message`, not empty. */
function unnamed(handler: Node): Edit[] {
  return handler.getDescendantsOfKind(SyntaxKind.BinaryExpression).flatMap((comparison) => {
    const [left, right] = [comparison.getLeft(), comparison.getRight()];
    const isOfName = Node.isPropertyAccessExpression(left) && left.getName() === 'event';
    if (!isOfName || !Node.isStringLiteral(right) || right.getLiteralText() !== '') return [];
    return [replace(right, "'message'")];
  });
}

/** Edits that make `onerror` take `{ error }`, and remove the `throw` that ends the retries. */
function toFailure(handler: Node): Edit[] {
  const own = functionIn(handler);
  if (!own) throw new Obstacle('`onerror` is written elsewhere');
  const body = own.getBody();
  const throws = throwsOf(handler);
  const last = Node.isBlock(body) ? body.getStatements().at(-1) : undefined;
  if (throws.some((one) => one !== last)) {
    throw new Obstacle('`onerror` throws in some cases only: say in `policy` which failures are final');
  }
  const returns = own.getDescendantsOfKind(SyntaxKind.ReturnStatement).some((one) => one.getExpression());
  if (returns) throw new Obstacle('`onerror` returns a delay: that is `retryDelay` now');
  const [parameter] = own.getParameters();
  if (!parameter) return throws.map((one) => replace(one, ''));
  const name = parameter.getNameNode().getText();
  const given = name === 'error' ? '{ error }' : `{ error: ${name} }`;
  const isBare = Node.isArrowFunction(own) && !own.getFirstChildByKind(SyntaxKind.OpenParenToken);
  return [replace(parameter, isBare ? `(${given})` : given), ...throws.map(removeLine)];
}

function removeLine(statement: Node): Edit {
  const text = statement.getSourceFile().getFullText();
  const end = text.indexOf('\n', statement.getEnd()); // including a comment at the end of the line
  return {
    start: text.lastIndexOf('\n', statement.getStart()),
    end: end < 0 ? statement.getEnd() : end,
    text: '',
  };
}

function untypedResponse(parameter: Node): Edit[] {
  if (!Node.isParameterDeclaration(parameter) || !parameter.getTypeNode()) return [];
  return [replace(parameter, parameter.getNameNode().getText())];
}

/** The indentation of a property beyond that of the options of the new call. */
function extra(property: Node, indent: string): string {
  return indentOf(property).slice(indent.length + 2);
}

function commentsOf(node: Node, indent: string): string {
  return node
    .getLeadingCommentRanges()
    .map((comment) => `${comment.getText()}\n${indent}`)
    .join('');
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
