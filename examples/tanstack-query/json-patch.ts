import { applyPatch, type Operation } from 'fast-json-patch';
import { createConnection } from 'sse-machine';
import { sseQueryOptions } from 'sse-machine/tanstack-query';

interface Board {
  document: { columns: string[] };
  /** The last event that is in the document. */
  lastEventId: string;
}

async function fetchBoard(id: string): Promise<Board> {
  const response = await fetch(`/api/boards/${id}`);
  return response.json();
}

/** A document and its patches. A patch must not be applied twice. */
export const board = (id: string) =>
  sseQueryOptions({
    queryKey: ['board', id],
    queryFn: () => fetchBoard(id),
    connection: () =>
      createConnection<{ patch: Operation[] }>(`/api/boards/${id}/events`, { immediate: false }),
    event: 'patch',
    update: ({ document }, { data: patch, id: lastEventId }) => ({
      document: applyPatch(document, patch, true, false).newDocument,
      lastEventId,
    }),
    lastEventIdOf: ({ lastEventId }) => lastEventId,
  });
