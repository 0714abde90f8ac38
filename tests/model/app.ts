import type { Connection } from '../../index.ts';
import type { PathStage } from '../../testing/paths/step.ts';

/** The URL of a server, which an app may have lead elsewhere: the server answers there, too. */
export function movingUrl(first: string) {
  let moves = 0;
  return {
    get: () => `${first}${'/elsewhere'.repeat(moves)}`,
    relocate: () => {
      moves += 1;
    },
  };
}

/** The actions of an app with a connection of its own. */
export function actAs(
  connection: Connection,
  { relocate }: ReturnType<typeof movingUrl>,
): NonNullable<PathStage['app']> {
  return {
    open: () => connection.open(),
    close: () => connection.close(),
    reconnect: () => connection.reconnect(),
    leave: () => connection.suspend(),
    return: () => connection.resume(),
    move: () => connection.actor.send({ type: 'move' }),
    relocate,
  };
}
