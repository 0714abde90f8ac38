import { Node, type ParameterDeclaration, SyntaxKind } from 'ts-morph';
import { type Edit, edited, replace } from './edits.ts';

/** The reason why a use is not rewritten, for the person who has to do it. */
export class Obstacle extends Error {}

/** A handler in the source: a function, a method, or a property that holds one. */
export type Handler = Node;

/** The function of a property or an argument; undefined when it is defined elsewhere. */
export function functionIn(handler: Handler) {
  const value = Node.isPropertyAssignment(handler) ? handler.getInitializerOrThrow() : handler;
  if (Node.isArrowFunction(value) || Node.isFunctionExpression(value) || Node.isMethodDeclaration(value)) {
    return value;
  }
  return undefined;
}

/** A handler as an expression, with the edits inside it applied. */
export function expressionOf(handler: Handler, edits: readonly Edit[]): string {
  if (Node.isShorthandPropertyAssignment(handler)) return handler.getName();
  if (Node.isPropertyAssignment(handler)) return edited(handler.getInitializerOrThrow(), edits);
  if (!Node.isMethodDeclaration(handler)) return edited(handler, edits);
  const uses = (kind: SyntaxKind) => handler.getDescendantsOfKind(kind).length > 0;
  if (uses(SyntaxKind.ThisKeyword)) throw new Obstacle(`\`${handler.getName()}\` uses \`this\``);
  const parameters = handler.getParameters().map((parameter) => edited(parameter, edits));
  const body = edited(handler.getBodyOrThrow(), edits);
  return `${handler.isAsync() ? 'async ' : ''}(${parameters.join(', ')}) => ${body}`;
}

/** The `throw` statements that leave a handler: not those of functions inside it, nor those that it catches. */
export function throwsOf(handler: Handler): Node[] {
  const own = functionIn(handler);
  return (own?.getDescendantsOfKind(SyntaxKind.ThrowStatement) ?? []).filter((statement) => {
    const around = statement.getFirstAncestor(
      (node) => node === own || Node.isFunctionLikeDeclaration(node) || isCaught(node, statement),
    );
    return around === own;
  });
}

function isCaught(node: Node, statement: Node): boolean {
  if (!Node.isTryStatement(node) || !node.getCatchClause()) return false;
  const block = node.getTryBlock();
  return statement.getPos() >= block.getPos() && statement.getEnd() <= block.getEnd();
}

/** The properties of an event, and their names in a message of a connection. */
export type PropertyNames = Readonly<Record<string, string>>;

/**
 * Edits that make a handler take a message instead of an event.
 *
 * @throws Obstacle when the event is used in another way than by these properties.
 */
export function toMessage(handler: Handler, names: PropertyNames): Edit[] {
  const own = functionIn(handler);
  if (!own)
    throw new Obstacle(`the handler \`${handler.getText()}\` is written elsewhere, and takes an event`);
  if (own.getDescendantsOfKind(SyntaxKind.ThisKeyword).length > 0 && !Node.isArrowFunction(own)) {
    throw new Obstacle('a handler uses `this`');
  }
  const [parameter, ...more] = own.getParameters();
  if (more.length > 0) throw new Obstacle('a handler takes more than an event');
  return parameter ? [...untyped(parameter), ...renamed(parameter, names)] : [];
}

/** Removes the type, which is that of an event. The type of a message is inferred. */
function untyped(parameter: ParameterDeclaration): Edit[] {
  if (!parameter.getTypeNode()) return [];
  const name = parameter.getNameNode().getText();
  const own = parameter.getParent();
  const hasParentheses = Node.isArrowFunction(own) && !own.getFirstChildByKind(SyntaxKind.OpenParenToken);
  return [replace(parameter, hasParentheses ? `(${name})` : name)];
}

function renamed(parameter: ParameterDeclaration, names: PropertyNames): Edit[] {
  const name = parameter.getNameNode();
  if (Node.isObjectBindingPattern(name)) {
    for (const element of name.getElements()) {
      const property = element.getPropertyNameNode()?.getText() ?? element.getName();
      if (element.getDotDotDotToken() || names[property] !== property) {
        throw new Obstacle(
          `\`${property}\` of an event is taken, which a message does not have by that name`,
        );
      }
    }
    return [];
  }
  if (!Node.isIdentifier(name)) throw new Obstacle('a handler takes an event apart');
  return name.findReferencesAsNodes().flatMap((reference) => {
    if (reference === name) return [];
    const cast = castOf(reference);
    const access = (cast ?? reference).getParent();
    if (!Node.isPropertyAccessExpression(access)) {
      throw new Obstacle(`\`${name.getText()}\` is handed on as it is, and is no event any more`);
    }
    const wanted = names[access.getName()];
    if (wanted === undefined) {
      throw new Obstacle(`\`${access.getText()}\` has nothing that corresponds to it in a message`);
    }
    const edits: Edit[] = cast ? [replace(cast, name.getText())] : [];
    return wanted === access.getName() ? edits : [...edits, replace(access.getNameNode(), wanted)];
  });
}

/** `(event as MessageEvent)` around an event. */
function castOf(reference: Node): Node | undefined {
  const cast = reference.getParent();
  const around = cast?.getParent();
  return Node.isAsExpression(cast) && Node.isParenthesizedExpression(around) ? around : undefined;
}
