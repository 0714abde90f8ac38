import type { ConnectionError } from '../machines/connection-error.ts';
import type { MessageBatch } from '../machines/message.ts';
import { asConnectionError } from '../transports/network-error.ts';
import type { EventStream, Transport, TransportRequest } from '../transports/transport.ts';

interface StreamHandlers {
  readonly onOpen: (stream: EventStream) => void;
  readonly onBatch: (batch: MessageBatch) => void;
  /** @param error Null when the server has ended the stream. */
  readonly onEnd: (error: ConnectionError | null) => void;
}

/** Sends a request and reads its stream. Once `signal` has aborted, no handler is called. */
export async function readStream(
  transport: Transport,
  request: TransportRequest,
  signal: AbortSignal,
  { onOpen, onBatch, onEnd }: StreamHandlers,
): Promise<void> {
  try {
    const stream = await transport(request, signal);
    if (!signal.aborted) onOpen(stream);
    for await (const batch of stream) {
      if (signal.aborted) return;
      onBatch(batch);
    }
    if (!signal.aborted) onEnd(null);
  } catch (error) {
    if (!signal.aborted) onEnd(asConnectionError(error));
  }
}
