import { useQuery } from '@tanstack/react-query';
import { notifications } from './notifications.ts';

export function Notifications() {
  const { data = [] } = useQuery(notifications);
  return (
    <ul>
      {data.map(({ id, title }) => (
        <li key={id}>{title}</li>
      ))}
    </ul>
  );
}
