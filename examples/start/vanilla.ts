import { createConnection } from 'sse-machine';

const badge = document.createElement('strong');
const clock = document.createElement('p');
document.body.append(badge, clock);

export const connection = createConnection<{ tick: { time: string } }>('http://localhost:8080/events');
connection.subscribe(({ status, retries }) => {
  badge.textContent = retries > 0 ? `${status}, retry ${retries}` : status;
});
connection.on('tick', ({ data }) => {
  clock.textContent = data.time;
});
