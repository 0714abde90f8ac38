import { useServerSentEvents } from 'sse-machine/react';

export function Room({ id, token }: { id: string; token: string }) {
  const { status, data } = useServerSentEvents<{ message: string }>(`/api/rooms/${id}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return <p>{`${status} ${data}`}</p>;
}
