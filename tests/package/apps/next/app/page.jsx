import { connectionStatuses } from 'sse-machine';
import { Greeting } from './greeting.jsx';

export default async function Page({ searchParams }) {
  const { stream } = await searchParams;
  return (
    <main>
      <h1>One of {connectionStatuses.join(', ')}</h1>
      <Greeting url={stream} />
    </main>
  );
}
