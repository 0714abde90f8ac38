import { fireEvent, getConfig, screen, waitFor } from '@testing-library/dom';
import { createTestClock, type TestClock } from 'sse-machine/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AnswerServer, startAnswerServer } from './answer-server.ts';

/** Mounts the chat of a framework, and returns what unmounts it. */
type MountChat = (api: string, clock: TestClock) => () => void;

/** Tests the chat of any framework: by what a person does with it, and by what the server sees. */
export function walkChat(mount: MountChat): void {
  let server: AnswerServer;
  let clock: TestClock;
  let unmount = () => {};

  const show = () => {
    unmount = mount(server.url, clock);
  };
  const reload = () => {
    unmount();
    clock = createTestClock();
    show();
  };
  const click = (name: string) => fireEvent.click(screen.getByText(name));
  const advance = (ms: number) => getConfig().eventWrapper(() => clock.advance(ms));
  const model = (index = 0) => server.asked[index] ?? fail(`No question ${index} was asked.`);
  const methods = () => server.requests.map(({ method }) => method);
  const shown = (text: string) => waitFor(() => expect(articles()).toContain(text));
  const articles = () => screen.getAllByRole('article').map(({ textContent }) => textContent);

  async function ask(
    question: string,
    isAsked = () => server.asked.some((one) => one.question === question),
  ) {
    fireEvent.input(screen.getByLabelText('Question'), { target: { value: question } });
    click('Ask');
    await waitFor(() => expect(isAsked()).toBe(true));
  }

  /** Lets whatever may be on its way arrive, to see that nothing does. */
  const nothingHappens = async () => {
    const before = server.requests.length;
    advance(120_000);
    await waitFor(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(server.requests).toHaveLength(before);
  };

  beforeEach(async () => {
    server = await startAnswerServer(1);
    clock = createTestClock();
    show();
  });

  afterEach(async () => {
    unmount();
    sessionStorage.clear();
    await server[Symbol.asyncDispose]();
  });

  test('an answer grows, and is over when the model has finished', async () => {
    await ask('Why?');
    await shown('Why?Thinking…Stop');
    model().say('Be', 'cau');
    await shown('Why?BecauWriting…Stop');
    model().say('se.\n', '…');
    model().finish();
    await shown('Why?Because.\n…');
    await waitFor(() => expect(server.readers).toBe(0));
    await nothingHappens();
    expect(methods()).toEqual(['POST']);
  });

  test('one question after the other is answered', async () => {
    await ask('One?');
    model(0).say('1');
    model(0).finish();
    await shown('One?1');
    await ask('Two?');
    model(1).say('2');
    model(1).finish();
    await shown('Two?2');
    expect(articles()).toEqual(['One?1', 'Two?2']);
    expect(methods()).toEqual(['POST', 'POST']);
  });

  test('an answer that is cut off is carried on, with no token lost or doubled, and asked for once', async () => {
    await ask('Count');
    let text = '';
    for (let token = 0; token < 10; token += 1) {
      model().say(`${token} `);
      text += `${token} `;
      await shown(`Count${text}Writing…Stop`);
      server.cut();
      await shown(`Count${text}Connection lost. Trying again…Stop`);
      model().say('… '); // a disconnect does not stop the model
      text += '… ';
      advance(1_000);
      await shown(`Count${text}Writing…Stop`);
    }
    model().finish();
    await shown(`Count${text}`);
    expect(server.asked).toHaveLength(1);
    expect(methods()).toEqual(['POST', ...Array(10).fill('GET')]);
    expect(server.requests.slice(1).every(({ lastEventId }) => Number(lastEventId) > 1)).toBe(true);
  });

  test('after a reload the answer is there, and goes on', async () => {
    await ask('Why?');
    model().say('Be');
    await shown('Why?BeWriting…Stop');
    unmount();
    model().say('cau'); // who leaves does not stop the model
    await waitFor(() => expect(server.readers).toBe(0));
    reload();
    await shown('Why?BecauWriting…Stop');
    model().say('se.');
    model().finish();
    await shown('Why?Because.');
    reload();
    await shown('Why?Because.');
    expect(server.asked).toHaveLength(1);
    expect(methods()).toEqual(['POST', 'GET', 'GET']);
  });

  test('to stop is to tell the server, which ends the answer', async () => {
    await ask('Why?');
    model().say('Be');
    await shown('Why?BeWriting…Stop');
    click('Stop');
    await shown('Why?BeStopped.');
    expect(model().isStopped).toBe(true);
    await nothingHappens();
    expect(methods()).toEqual(['POST', 'DELETE']);
    reload();
    await shown('Why?BeStopped.');
  });

  test('one who stops while the connection is lost is not connected again, and the model is stopped', async () => {
    await ask('Why?');
    model().say('Be');
    await shown('Why?BeWriting…Stop');
    server.cut();
    await shown('Why?BeConnection lost. Trying again…Stop');
    click('Stop');
    await shown('Why?BeStopped.');
    await waitFor(() => expect(model().isStopped).toBe(true));
    await nothingHappens();
    expect(methods()).toEqual(['POST', 'DELETE']);
  });

  test('a stop that does not reach the server says so', async () => {
    await ask('Why?');
    await shown('Why?Thinking…Stop');
    server.isDown = true;
    click('Stop');
    await waitFor(() => expect(articles()[0]).toMatch(/fetch|network|stopped/i));
    expect(model().isStopped).toBe(false);
  });

  test('an error of the model is one of the chat: the connection asks no more, and the user may', async () => {
    await ask('Why?');
    model().say('Be');
    await shown('Why?BeWriting…Stop');
    model().fail(new Error('out of words'));
    await shown('Why?BeThe model failed: Error: out of wordsAsk again');
    await nothingHappens();
    expect(methods()).toEqual(['POST']);

    click('Ask again');
    await waitFor(() => expect(server.asked).toHaveLength(2));
    model(1).say('Because.');
    model(1).finish();
    await shown('Why?Because.');
    expect(screen.getAllByRole('article')).toHaveLength(1);
  });

  test('where the server is busy (429) the question waits for as long as the server says', async () => {
    await ask('One?');
    await ask('Two?', () => server.requests.length === 2);
    await shown('Two?Waiting for its turn…Stop');
    model(0).finish();
    await shown('One?');
    advance(1_999);
    expect(server.requests).toHaveLength(2);
    advance(1_001);
    await waitFor(() => expect(server.asked).toHaveLength(2));
    model(1).say('2');
    model(1).finish();
    await shown('Two?2');
    expect(methods()).toEqual(['POST', 'POST', 'POST']);
  });

  test('a question that waits for its turn can be taken back, and is never answered', async () => {
    await ask('One?');
    await ask('Two?', () => server.requests.length === 2);
    await shown('Two?Waiting for its turn…Stop');
    fireEvent.click(screen.getAllByText('Stop')[1] ?? fail('There is no second button.'));
    await shown('Two?Stopped.');
    await waitFor(() => expect(methods()).toEqual(['POST', 'POST', 'DELETE']));
    model(0).finish();
    await nothingHappens();
    expect(server.asked).toHaveLength(1);
  });

  test('a question that is lost on its way is not sent again, unless the user asks again', async () => {
    server.isDown = true;
    await ask('Why?', () => server.requests.length === 1);
    await shown('Why?No answer.Ask again');
    await nothingHappens();

    server.isDown = false;
    click('Ask again');
    await waitFor(() => expect(server.asked).toHaveLength(1));
    model().say('Because.');
    model().finish();
    await shown('Why?Because.');
    expect(methods()).toEqual(['POST', 'DELETE', 'POST']);
  });

  test('a question that never arrived is not sent by a reload', async () => {
    server.isDown = true;
    await ask('Why?', () => server.requests.length === 1);
    await shown('Why?No answer.Ask again');
    server.isDown = false;
    reload();
    await shown('Why?No answer.Ask again');
    expect(methods()).toEqual(['POST', 'GET']);
    expect(server.asked).toHaveLength(0);
  });

  test('an answer is carried on after an outage that was too long, when the user wants it', async () => {
    await ask('Why?');
    model().say('Be');
    await shown('Why?BeWriting…Stop');
    server.isDown = true;
    server.cut();
    await shown('Why?BeConnection lost. Trying again…Stop');
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      // Again and again: nothing here tells when the answer to the last attempt has arrived.
      await waitFor(() => {
        advance(5_000);
        expect(server.requests).toHaveLength(1 + attempt);
      });
    }
    await shown('Why?BeNo answer.Carry on');
    server.isDown = false;
    model().say('cause.');
    model().finish();
    click('Carry on');
    await shown('Why?Because.');
    expect(server.asked).toHaveLength(1);
  });

  describe('the server of the example', () => {
    const request = (id: string, init?: RequestInit) => fetch(`${server.url}/${id}`, init);

    test.each([
      ['a question that is no JSON', 'a', { method: 'POST', body: 'Why?' }, 400],
      ['an answer that nobody asked for', 'a', {}, 404],
      ['another path', 'a/b', {}, 404],
    ])('refuses %s', async (_, id, init, status) => {
      expect((await request(id, init)).status).toBe(status);
    });
  });
}

function fail(message: string): never {
  throw new Error(message);
}
